//! Answers of OpenAI-compatible servers, read alike from an endpoint and from a batch file.

use serde_json::Value;

/// One choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its number within the answer.
    pub index: u32,
    /// The completion; reasoning that the server cut out stands before it in `<think>` tags.
    pub text: String,
    /// `stop`, `length`, or what the server says.
    pub finish_reason: Option<String>,
    /// Generated tokens, where the server gives them.
    pub token_ids: Option<Vec<u32>>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// In order of their index.
    pub choices: Vec<Choice>,
    /// `usage.completion_tokens`. llama-server counts one choice, others all of them: trust it for one choice only.
    pub completion_tokens: Option<u32>,
    /// The server's build, where it says.
    pub system_fingerprint: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
}

impl Answer {
    /// Reads the body of a completion or chat completion. Errs, in words, on anything else.
    pub fn read(body: &Value) -> Result<Answer, String> {
        let Some(choices) = body.get("choices").and_then(Value::as_array) else {
            return Err(format!("the answer has no list `choices`: {}", shortened(&body.to_string())));
        };
        let mut choices = choices.iter().enumerate().map(|(i, value)| choice(i, value)).collect::<Result<Vec<_>, _>>()?;
        choices.sort_by_key(|choice| choice.index);
        if choices.windows(2).any(|pair| pair[0].index == pair[1].index) {
            return Err("two choices of the answer have the same index".into());
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_string);
        Ok(Answer {
            choices,
            completion_tokens: body.pointer("/usage/completion_tokens").and_then(whole),
            system_fingerprint: text("system_fingerprint"),
            model: text("model"),
        })
    }
}

fn choice(place: usize, value: &Value) -> Result<Choice, String> {
    let text = match (value.get("text"), value.get("message")) {
        (Some(Value::String(text)), _) => text.clone(),
        (_, Some(message)) => message_text(message),
        _ => return Err(format!("choice {place} of the answer has neither `text` nor `message`")),
    };
    let ids = value.get("token_ids").and_then(Value::as_array);
    Ok(Choice {
        index: value.get("index").and_then(whole).unwrap_or(place as u32),
        text,
        finish_reason: value.get("finish_reason").and_then(Value::as_str).map(str::to_string),
        token_ids: ids.and_then(|ids| ids.iter().map(whole).collect()),
    })
}

fn message_text(message: &Value) -> String {
    let part = |names: [&str; 2]| names.iter().find_map(|name| message.get(*name)?.as_str()).unwrap_or_default();
    let content = part(["content", "refusal"]);
    match part(["reasoning_content", "reasoning"]) {
        "" => content.to_string(),
        reasoning => format!("<think>\n{reasoning}\n</think>\n{content}"),
    }
}

fn whole(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// The first 300 characters, for messages.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_kinds_of_answers_are_read_in_order_of_the_index() {
        let body = json!({"choices": [
            {"index": 1, "text": "b", "finish_reason": "length", "token_ids": [5, 6]},
            {"index": 0, "message": {"content": "a", "reasoning_content": "r"}, "finish_reason": null},
        ], "usage": {"completion_tokens": 7}, "system_fingerprint": "b1", "model": "m"});
        let answer = Answer::read(&body).unwrap();
        assert_eq!(answer.choices[0], Choice { index: 0, text: "<think>\nr\n</think>\na".into(), finish_reason: None, token_ids: None });
        assert_eq!(
            answer.choices[1],
            Choice { index: 1, text: "b".into(), finish_reason: Some("length".into()), token_ids: Some(vec![5, 6]) }
        );
        assert_eq!((answer.completion_tokens, answer.system_fingerprint.as_deref()), (Some(7), Some("b1")));
    }

    #[test]
    fn other_bodies_are_refused() {
        assert!(Answer::read(&json!({"error": "x"})).unwrap_err().contains("no list `choices`"));
        assert!(Answer::read(&json!({"choices": [{}]})).unwrap_err().contains("choice 0"));
        assert!(
            Answer::read(&json!({"choices": [{"index": 0, "text": ""}, {"index": 0, "text": ""}]})).unwrap_err().contains("same index")
        );
    }
}
