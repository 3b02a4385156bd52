//! Prompt templates, exactly as the study's evaluation used them (arXiv 2504.13837, appendix, and its code).

use anyhow::{Result, bail};

const THINK: &str = "The assistant first thinks about the reasoning process in the mind and then provides the user with the answer. \
The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., \
<think> reasoning process here </think> <answer> answer here </answer>.";

/// A template: its name, its use, and its text with `{question}` (and `{think}` for a sentence two of them share).
struct Template {
    name: &'static str,
    used: &'static str,
    text: &'static str,
}

const TEMPLATES: &[Template] = &[
    Template { name: "plain", used: "the laboratory: the prompt as it is", text: "{question}" },
    Template {
        name: "qwen-boxed",
        used: "SimpleRL-Zoo and its base models",
        text: "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{question}\nPlease reason step by step, \
               and put your final answer within \\boxed{}.<|im_end|>\n<|im_start|>assistant\n",
    },
    Template {
        name: "qwen-direct",
        used: "ours: the no-reasoning probe of guessable problems (the study does not give its own)",
        text: "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{question}\nGive only the final answer, \
               without any reasoning, within \\boxed{}.<|im_end|>\n<|im_start|>assistant\n",
    },
    Template {
        name: "qwen25-math-cot",
        used: "Oat-Zero (Fig 22)",
        text: "<|im_start|>system\nPlease reason step by step, and put your final answer within \\boxed{}.<|im_end|>\n\
               <|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n",
    },
    Template {
        name: "abel",
        used: "DAPO and its base model",
        text: "A conversation between user and assistant. The user asks a question, and the assistant solves it. The time limit is \
               set to 20,480 tokens. If the assistant's response exceeds this limit, a progressively increasing penalty with the \
               number of tokens exceeded will be applied.\nuser\nSolve the following math problem step by step. The last line of \
               your response should be of the form Answer: $Answer (without quotes) where $Answer is the answer to the \
               problem.\n{question}\nRemember to put your answer on its own line after \"Answer:\".\nassistant",
    },
    Template {
        name: "verl",
        used: "the study's own VeRL runs, training and evaluation (Fig 27)",
        text: "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. {think} User: \
               {question}\nAssistant:",
    },
    Template {
        name: "deepseek-r1",
        used: "the same in the evaluation code",
        text: "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. {think} User: \
               {question}. Assistant:",
    },
    Template {
        name: "code-r1",
        used: "Code-R1, training (Fig 23)",
        text: "<|im_start|>system\nYou are a helpful programming assistant. The user will ask you a question and you as the assistant \
               solve it. The assistant first thinks how to solve the task through reasoning and then provides the user with the \
               final answer. The reasoning process and answer are enclosed within <think>...</think> and <answer>...</answer> \
               tags, respectively.<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n",
    },
    Template {
        name: "evalplus",
        used: "HumanEval+ and MBPP+ (Fig 25); the answer starts inside a code block",
        text: "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nPlease provide a self-contained Python \
               script that solves the following problem in a markdown code block:\n```\n{question}\n```\n<|im_end|>\n\
               <|im_start|>assistant\nBelow is a Python script with a self-contained function that solves the problem and passes \
               corresponding tests:\n```python\n",
    },
    Template {
        name: "easyr1",
        used: "EasyR1, visual (Fig 26), with Qwen2.5-VL's image token",
        text: "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant. You FIRST think about the \
               reasoning process as an internal monologue and then provide the final answer. The reasoning process MUST BE enclosed \
               within <think> </think> tags. The final answer MUST BE put in \\boxed{}.<|im_end|>\n<|im_start|>user\n\
               <|vision_start|><|image_pad|><|vision_end|>\n{question}<|im_end|>\n<|im_start|>assistant\n",
    },
];

/// Names and uses of all templates.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEMPLATES.iter().map(|template| (template.name, template.used))
}

/// The text that a model is shown for a question. Errs on an unknown name and lists the known ones.
pub fn render(name: &str, question: &str) -> Result<String> {
    let Some(template) = TEMPLATES.iter().find(|template| template.name == name) else {
        let known: Vec<&str> = names().map(|(name, _)| name).collect();
        bail!("there is no prompt template `{name}`; the templates are {}", known.join(", "));
    };
    // The question comes last, so that braces in it are left alone.
    let (head, tail) = template.text.split_once("{question}").unwrap_or((template.text, ""));
    Ok(format!("{}{question}{tail}", head.replace("{think}", THINK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qwen_boxed_is_the_study_s() {
        let expected = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nWhat is {think}?\nPlease reason \
                        step by step, and put your final answer within \\boxed{}.<|im_end|>\n<|im_start|>assistant\n";
        assert_eq!(render("qwen-boxed", "What is {think}?").unwrap(), expected);
        assert_eq!(render("plain", "f:1,2>").unwrap(), "f:1,2>");
    }

    #[test]
    fn every_template_holds_the_question_once_and_no_open_field() {
        for (name, _) in names() {
            let text = render(name, "QUESTION").unwrap();
            assert_eq!(text.matches("QUESTION").count(), 1, "{name}");
            assert!(!text.contains("{think}") && !text.contains("  "), "{name}: {text:?}");
        }
        assert!(render("qwen", "").unwrap_err().to_string().contains("qwen-boxed"));
    }
}
