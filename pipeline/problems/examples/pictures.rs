//! Writes one picture per visual question to a folder, enlarged eight times, to be looked at.

use anyhow::{Context, Result};
use beyond_problems::{Exposure, Picture, Request, SIDE, Split, family};

const SCALE: usize = 8;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("usage: pictures FOLDER")?;
    let visual = family("visual")?;
    for level in visual.levels() {
        for exposure in Exposure::ALL {
            let request = Request { benchmark: "look".into(), split: Split::Test, level, exposure: Some(exposure), count: 1, seed: 0 };
            for problem in visual.problems(&request).unwrap_or_default() {
                let name = format!("{folder}/{level}-{}.png", exposure.as_str());
                std::fs::write(&name, enlarged(&Picture::from_base64(&problem.image)?)?)?;
                println!("{name}: {} {}", problem.prompt, problem.gold);
            }
        }
    }
    Ok(())
}

/// The picture as a PNG with every pixel SCALE x SCALE times.
fn enlarged(picture: &Picture) -> Result<Vec<u8>> {
    let side = SIDE * SCALE;
    let pixels: Vec<u8> = (0..side * side).map(|i| picture.at(i % side / SCALE, i / side / SCALE)).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}
