//! The error codes of WhatsApp's Cloud API: what each means, and what the agent can do. The one table of them.

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, as the channel writes it.
    pub code: &'static str,
    /// What happened.
    pub means: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Code {
    /// Both in one line.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.means, self.remedy)
    }
}

const fn code(code: &'static str, means: &'static str, remedy: &'static str) -> Code {
    Code { code, means, remedy }
}

/// Every code that is known here.
pub static CODES: [Code; 25] = [
    code("131047", "the 24 h window has ended", "only a template reaches them"),
    code("131026", "the number is not on WhatsApp or cannot receive this", "reach the customer another way"),
    code("131049", "WhatsApp held it back to keep the customer from too many messages", "try later, not at once"),
    code(
        "131048",
        "the line is limited because messages were reported as spam",
        "send less; see the line's quality rating",
    ),
    code("131056", "too many messages to this customer at once", "wait a little"),
    code("130429", "too many messages at once", "wait a little"),
    code("131050", "the customer does not want marketing messages", "write only in answer to them"),
    code("131031", "the business account is locked", "its owner must settle that with Meta"),
    code("131042", "there is a payment problem of the business account", "its owner must add a way to pay"),
    code("131009", "a parameter is not valid", "look at the number and at what was sent"),
    code("131051", "WhatsApp does not know this type of message", "send it as text or as a file"),
    code("131052", "the customer's file could not be loaded", "ask them to send it again"),
    code("131053", "the file could not be uploaded", "check its type and size, then send it again"),
    code("131062", "this customer is known without a phone number", "codes for signing in need one"),
    code("131021", "sender and recipient are one number", "choose another recipient"),
    code("131045", "the line is not registered", "its owner must register the number"),
    code("131005", "the access was not granted", "the token needs the permission to send"),
    code("131000", "something went wrong at WhatsApp", "send it again"),
    code("132000", "the template wants another number of values", "fill in every value"),
    code("132001", "there is no such template in this language", "choose another template or language"),
    code("132012", "a value does not fit the template", "look at the kind of each value"),
    code("132015", "the template is paused for its quality", "choose another template"),
    code("130472", "the customer is part of an experiment of Meta's", "send another kind of message"),
    code("80007", "the business account sends too much", "wait a little"),
    code("368", "the account is blocked for breaking the rules", "its owner must settle that with Meta"),
];

/// What a code means; nothing for one that is not known.
pub fn code_of(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

/// The first known code that stands in a text such as `(#131047) Re-engagement message`.
pub fn code_in(text: &str) -> Option<&'static Code> {
    // short ones may be any number
    text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() >= 5).find_map(code_of)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_is_found_as_a_whole_number_alone() {
        assert_eq!(code_in("(#131047) Re-engagement message").map(|code| code.code), Some("131047"));
        assert_eq!(code_in("request 1310471 failed"), None);
        assert_eq!(code_in("order 368"), None);
    }

    #[test]
    fn every_code_stands_there_once_with_words() {
        assert_eq!(CODES.iter().map(|code| code.code).collect::<HashSet<_>>().len(), CODES.len());
        for code in &CODES {
            assert!(!code.means.is_empty() && !code.remedy.is_empty() && !code.remedy.ends_with('.'), "{}", code.code);
        }
    }
}
