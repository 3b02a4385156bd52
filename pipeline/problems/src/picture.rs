//! Small grey images: what a person looks at (PNG) and what the model reads (patches) are the same pixels.

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Pixels along each side of a picture.
pub const SIDE: usize = 32;
/// Pixels along each side of a patch.
pub const PATCH_SIDE: usize = 8;
/// Patches of a picture, in reading order.
pub const PATCHES: usize = (SIDE / PATCH_SIDE) * (SIDE / PATCH_SIDE);
/// Values of one patch.
pub const PATCH_VALUES: usize = PATCH_SIDE * PATCH_SIDE;

/// A 32 x 32 image of 8-bit grey values, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of one grey value.
    pub fn filled(grey: u8) -> Self {
        Picture { pixels: vec![grey; SIDE * SIDE] }
    }

    /// Grey value at column `x`, row `y`; both below [`SIDE`].
    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.pixels[y * SIDE + x]
    }

    /// Sets one pixel; positions outside the picture are ignored.
    pub fn set(&mut self, x: usize, y: usize, grey: u8) {
        if x < SIDE && y < SIDE {
            self.pixels[y * SIDE + x] = grey;
        }
    }

    /// The 16 patches of 64 values in [0, 1], flat: patch-major, patches and pixels in reading order. Shape (16, 64).
    pub fn patches(&self) -> Vec<f32> {
        let per_row = SIDE / PATCH_SIDE;
        let value = |i: usize| {
            let (patch, inner) = (i / PATCH_VALUES, i % PATCH_VALUES);
            let x = patch % per_row * PATCH_SIDE + inner % PATCH_SIDE;
            let y = patch / per_row * PATCH_SIDE + inner / PATCH_SIDE;
            f32::from(self.at(x, y)) / 255.0
        };
        (0..PATCHES * PATCH_VALUES).map(value).collect()
    }

    /// The picture as an 8-bit grey PNG file.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, SIDE as u32, SIDE as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// The PNG in base64, as [`beyond_record::Problem::image`] holds it.
    pub fn base64(&self) -> Result<String> {
        Ok(STANDARD.encode(self.png()?))
    }

    /// Reads what [`Picture::base64`] wrote. Errs on other sizes, colour types and broken data.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bytes = STANDARD.decode(text).context("the image is not base64")?;
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().context("the image is not a PNG")?;
        let info = reader.info();
        let shape = (info.width, info.height, info.color_type, info.bit_depth);
        let wanted = (SIDE as u32, SIDE as u32, png::ColorType::Grayscale, png::BitDepth::Eight);
        ensure!(shape == wanted, "expected an 8-bit grey PNG of {SIDE} x {SIDE} pixels, found {shape:?}");
        let mut pixels = vec![0; SIDE * SIDE];
        reader.next_frame(&mut pixels).context("the PNG data are broken")?;
        Ok(Picture { pixels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_round_trips_and_patches_keep_reading_order() {
        let mut picture = Picture::filled(10);
        picture.set(9, 2, 255); // patch 1, row 2, column 1
        picture.set(40, 2, 255); // outside: ignored
        let read = Picture::from_base64(&picture.base64().unwrap()).unwrap();
        assert_eq!(read, picture);
        let patches = picture.patches();
        assert_eq!(patches.len(), PATCHES * PATCH_VALUES);
        assert_eq!(patches[PATCH_VALUES + 2 * PATCH_SIDE + 1], 1.0);
        assert_eq!(patches.iter().filter(|v| **v == 1.0).count(), 1);
    }

    #[test]
    fn broken_images_are_refused() {
        assert!(Picture::from_base64("?").unwrap_err().to_string().contains("base64"));
        assert!(Picture::from_base64("AAAA").unwrap_err().to_string().contains("PNG"));
    }
}
