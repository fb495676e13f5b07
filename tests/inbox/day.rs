//! An agent's working day on the embedded server, from the first look to the last. Each step is seen on the screen and in
//! the backend's database.

use serde_json::{Value, json};

use crate::house::{House, until};
use crate::terminal::Terminal;

/// So many conversations the agent has.
const CONVERSATIONS: i64 = 50;

/// A customer of the simulation, whom replies reach.
const MARIA: &str = "Maria López";
const MARIA_PHONE: &str = "12025550143";

struct Day {
    house: House,
    /// The backend of the agent's other profile.
    other: House,
    terminal: Terminal,
    line: Value,
}

impl Day {
    /// The agent comes in: a profile in the configuration, canned replies in a file, fifty conversations on the backend.
    fn begins() -> Self {
        let house = House::build();
        let rows = house.rows();
        let line = rows[0]["line"].clone();
        let config = house.home.path().join("config");
        std::fs::create_dir_all(&config).expect("a directory");
        let other = House::build();
        let downloads = house.home.path().join("kept");
        let profile = |name: &str, of: &House| {
            let token = house.home.path().join(format!("{name}.token"));
            switchboard::config::write_private(&token, of.token().as_bytes()).expect("a token");
            let (url, token) = (&of.url, token.display());
            format!("[profile.{name}]\nurl = \"{url}\"\ndialect = \"switchboard\"\ntoken_file = \"{token}\"\n")
        };
        let profile = format!(
            "default_profile = \"acme\"\n[media]\ndownloads = \"{}\"\n{}{}",
            downloads.display(),
            profile("acme", &house),
            profile("beta", &other)
        );
        std::fs::write(config.join("config.toml"), profile).expect("a configuration");
        let replies = "[hello]\ntext = \"Hello {first_name}, about order {order}: we are on it.\"\n";
        std::fs::write(config.join("replies.toml"), replies).expect("canned replies");
        let mut day = Self { terminal: open(&house), house, other, line };
        for nth in day.house.stored("SELECT count(*) FROM conversations")..CONVERSATIONS {
            day.customer(&format!("Visitor {nth}"), &phone(nth), "Good morning");
        }
        day.customer(MARIA, MARIA_PHONE, "Where is my parcel?");
        until("they have written", || day.house.stored("SELECT count(*) FROM conversations") == CONVERSATIONS);
        day.terminal.wait_for("● live");
        day.terminal.wait_for(&format!("all {CONVERSATIONS}"));
        day
    }

    /// Somebody writes, who may be new.
    fn customer(&self, name: &str, phone: &str, text: &str) {
        let row = json!({ "name": name, "phone": phone, "line": self.line });
        self.house.inbound(&row, &format!("wamid.day.{phone}"), text);
    }

    /// Goes to a customer by name.
    fn goes_to(&mut self, name: &str) {
        self.terminal.go_to(name);
        self.terminal.wait_for(&format!("Reply to {name}"));
    }

    /// Goes to a customer by phone.
    fn goes_to_phone(&mut self, phone: &str) {
        self.terminal.go_to(phone);
        self.terminal.wait_for("the conversation begins here");
    }

    /// Puts another profile in front.
    fn chooses_profile(&mut self, name: &str) {
        self.terminal.press("P");
        self.terminal.wait_for("type to find a profile");
        self.terminal.fill(name);
        self.terminal.press("\r");
        self.terminal.wait(&format!("{name} live"), |screen| {
            let status = screen.contents().lines().next().unwrap_or_default().to_owned();
            status.contains("● live") && status.contains(&format!("   {name}   "))
        });
    }

    /// Presses a sequence of keys, one by one as a person does.
    fn presses(&mut self, keys: &[&str]) {
        for key in keys {
            self.terminal.press(key);
        }
    }

    /// What the server's database says of a customer's conversation.
    fn row_is(&self, phone: &str, condition: &str) -> bool {
        let sql = format!(
            "SELECT count(*) FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.phone = '{phone}' AND {condition}"
        );
        self.house.stored(&sql) == 1
    }

    /// A line of the thread with this text and this mark.
    fn sees(&mut self, text: &str, mark: &str) {
        self.terminal.wait(&format!("{text:?} with {mark:?}"), |screen| {
            screen.contents().lines().any(|line| line.contains(text) && line.contains(mark))
        });
    }
}

fn phone(nth: i64) -> String {
    format!("4477009003{nth:02}")
}

fn open(house: &House) -> Terminal {
    house.terminal_with(&[], &[])
}

#[test]
fn an_agents_day() {
    let mut day = Day::begins();
    triage(&mut day);
    canned_reply(&mut day);
    file_out(&mut day);
    file_in(&mut day);
    template(&mut day);
    day.goes_to(MARIA);
    note(&mut day);
    assignment(&mut day);
    snoozing(&mut day);
    resolving(&mut day);
    searching(&mut day);
    exporting(&mut day);
    another_profile(&mut day);
    going_home(day);
}

/// What is unread is a view and a key; opening it reads it, here and at the backend.
fn triage(day: &mut Day) {
    day.presses(&["v", "u"]);
    day.terminal.wait_for(MARIA);
    assert!(day.row_is(MARIA_PHONE, "c.unread > 0"));
    day.goes_to(MARIA);
    day.terminal.wait_for("Where is my parcel?");
    until("the backend knows that it was read", || day.row_is(MARIA_PHONE, "c.unread = 0"));
    day.presses(&["v", "a"]);
}

/// `/hello` becomes a text with the customer's name; what only the agent knows is tabbed to and typed.
fn canned_reply(day: &mut Day) {
    day.presses(&["r", "/", "h", "e", "l", "l", "o"]);
    day.terminal.wait_for("about order");
    day.presses(&["\t"]);
    day.terminal.wait_for("Hello Maria, about order");
    day.terminal.press("AH-1");
    day.terminal.wait_for("about order AH-1: we are on it.");
    day.presses(&["\r"]);
    day.sees("about order AH-1", "✓");
    until("it is stored once", || day.house.sent("Hello Maria, about order AH-1: we are on it.") == 1);
    day.terminal.press("\x1b");
    day.terminal.wait_for("r reply");
}

/// An invoice goes to the customer, byte for byte.
fn file_out(day: &mut Day) {
    let invoice = day.house.home.path().join("invoice.pdf");
    let bytes: Vec<u8> = (0..70_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    std::fs::write(&invoice, &bytes).expect("written");
    day.terminal.press("a");
    day.terminal.wait_for("A file for");
    day.terminal.press("\x15");
    day.terminal.press(invoice.to_str().expect("a path"));
    day.terminal.wait_for("/invoice.pdf");
    day.presses(&["\r"]);
    day.terminal.wait_for("Send invoice.pdf to Maria");
    day.terminal.type_text("your invoice");
    day.presses(&["\r"]);
    day.sees("[document] your invoice", "✓");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(day.house.ask("SELECT hex(bytes) FROM media WHERE filename = 'invoice.pdf'"), Some(hex));
    day.terminal.press("\x1b");
    day.terminal.wait_for("r reply");
}

/// A customer's picture is kept, byte for byte.
fn file_in(day: &mut Day) {
    let phone = "SELECT k.phone FROM messages m JOIN conversations c ON c.id = m.conversation_id \
                 JOIN contacts k ON k.id = c.contact_id \
                 WHERE m.kind = 'image' AND m.direction = 'inbound' AND m.media_id LIKE 'demo-%' LIMIT 1";
    day.goes_to_phone(&day.house.ask(phone).expect("a customer with a picture"));
    day.presses(&["w", "s"]);
    day.terminal.wait("a choice, or the file", |screen| {
        ["Keep which file?", "Kept as"].iter().any(|words| screen.contents().contains(words))
    });
    if day.terminal.screen().contains("Keep which file?") {
        day.presses(&["\r"]);
    }
    day.terminal.wait_for("Kept as");
    let kept: Vec<_> = std::fs::read_dir(day.house.home.path().join("kept")).expect("a folder").flatten().collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(day.house.serves(&std::fs::read(kept[0].path()).expect("a file")), "it is what the backend serves");
}

/// A day after the customer wrote only a template reaches them.
fn template(day: &mut Day) {
    let phone = "SELECT k.phone FROM conversations c JOIN contacts k ON k.id = c.contact_id \
                 WHERE c.status = 'open' AND c.last_inbound_at < (unixepoch() - 90000) * 1000 LIMIT 1";
    day.goes_to_phone(&day.house.ask(phone).expect("a customer who is silent"));
    day.presses(&["r"]);
    day.terminal.wait_for("A template for");
    day.terminal.fill("order_update");
    day.presses(&["\r"]);
    let body = "SELECT body FROM templates WHERE name = 'order_update' AND language = 'en_US'";
    let gaps = day.house.ask(body).expect("a template").matches("{{").count();
    for gap in 1..=gaps {
        // the field that is typed into
        day.terminal.wait_for(&format!("{{{{{gap}}}}} ›"));
        day.terminal.fill(&format!("value {gap}"));
        day.presses(&["\r"]);
    }
    day.terminal.wait_for("[template order_update]");
    let sent = "SELECT count(*) FROM messages WHERE kind = 'template' AND content LIKE '%value 1%'";
    until("the template is stored", || day.house.stored(sent) == 1);
}

/// What only the team may know.
fn note(day: &mut Day) {
    day.presses(&["m"]);
    day.terminal.wait_for("Note to the team, never sent to");
    day.terminal.type_text("Depot knows about AH-1");
    day.presses(&["\r"]);
    let noted =
        "SELECT count(*) FROM messages WHERE body = 'Depot knows about AH-1' AND direction = 'note' AND wamid IS NULL";
    until("the note is stored, and has no way to the customer", || day.house.stored(noted) == 1);
    day.terminal.wait_for("[note] Depot knows about AH-1");
    day.terminal.press("\x1b");
    day.terminal.wait_for("r reply");
}

/// A conversation is released, taken, given to a colleague, and that undone.
fn assignment(day: &mut Day) {
    day.presses(&["t", "x"]);
    until("it is nobody's", || day.row_is(MARIA_PHONE, "c.assigned_agent_id IS NULL"));
    day.presses(&["t", "t"]);
    until("it is the agent's", || day.row_is(MARIA_PHONE, "c.assigned_agent_id IS NOT NULL"));
    day.terminal.wait_for("· open · you ·");
    day.presses(&["t", "a"]);
    day.terminal.wait_for("Assign Maria");
    day.terminal.type_text("noor");
    day.presses(&["\r"]);
    until("it is the colleague's", || {
        day.row_is(MARIA_PHONE, "c.assigned_agent_id = (SELECT id FROM agents WHERE name LIKE 'Noor%')")
    });
    day.presses(&["z"]);
    until("the undo gave it back", || {
        day.row_is(MARIA_PHONE, "c.assigned_agent_id <> (SELECT id FROM agents WHERE name LIKE 'Noor%')")
    });
}

/// Put off for an hour; the backend knows until when.
fn snoozing(day: &mut Day) {
    day.presses(&["t", "s"]);
    day.terminal.wait_for("Snooze Maria");
    day.presses(&["\r"]);
    until("it is put off", || day.row_is(MARIA_PHONE, "c.status = 'snoozed' AND c.snoozed_until IS NOT NULL"));
    day.terminal.wait_for("snoozed");
    day.presses(&["z"]);
    until("it is open again", || day.row_is(MARIA_PHONE, "c.status = 'open'"));
}

/// Resolved with two keys, and taken back with one.
fn resolving(day: &mut Day) {
    day.presses(&["t", "r"]);
    until("it is resolved", || day.row_is(MARIA_PHONE, "c.status = 'closed'"));
    day.terminal.wait_for("resolved");
    day.presses(&["z"]);
    until("it is open again", || day.row_is(MARIA_PHONE, "c.status = 'open'"));
    day.presses(&["t", "r"]);
    until("it stays resolved", || day.row_is(MARIA_PHONE, "c.status = 'closed'"));
}

/// A word that a customer wrote leads to its message.
fn searching(day: &mut Day) {
    day.customer("Hedwig Brandt", "447700900203", "The quokka lamp flickers");
    day.terminal.wait_for("Hedwig Brandt");
    day.presses(&["s"]);
    day.terminal.wait_for("Search in all messages");
    day.terminal.fill("quokka");
    day.terminal.wait_for("1 of 1");
    day.presses(&["\r"]);
    day.terminal.wait_for("Reply to Hedwig Brandt");
    day.sees("The quokka lamp flickers", "Hedwig");
}

/// The conversation goes into a file.
fn exporting(day: &mut Day) {
    let path = day.house.home.path().join("hedwig.md");
    day.presses(&["x"]);
    day.terminal.wait_for("Write the conversation");
    day.presses(&["\x15"]);
    day.terminal.press(path.to_str().expect("a path"));
    day.terminal.wait_for("hedwig.md");
    day.presses(&["\r"]);
    until("the file is there", || {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains("The quokka lamp flickers"))
    });
}

/// The other team's inbox for a moment: a reply there, and back to where it was.
fn another_profile(day: &mut Day) {
    day.chooses_profile("beta");
    day.terminal.wait_for("No conversation is open");
    day.goes_to(MARIA);
    day.presses(&["r"]);
    day.terminal.type_text("From the other desk");
    day.presses(&["\r"]);
    until("it is stored at the other backend", || day.other.sent("From the other desk") == 1);
    assert_eq!(day.house.sent("From the other desk"), 0);
    day.terminal.press("\x1b");
    day.terminal.wait_for("r reply");
    day.chooses_profile("acme");
    day.terminal.wait_for("Reply to Hedwig Brandt");
}

/// Half a reply is left behind in the evening, and is there in the morning with its place.
fn going_home(mut day: Day) {
    day.presses(&["r"]);
    day.terminal.type_text("Tomorrow I will");
    until("the draft is on disk", || {
        day.house.kept_by("acme", "SELECT count(*) FROM drafts WHERE text = 'Tomorrow I will'") == 1
    });
    day.terminal.leave();
    let evening = std::mem::replace(&mut day.terminal, open(&day.house));
    evening.end().assert_clean();
    day.terminal.wait_for("● live");
    day.terminal.wait_for("Reply to Hedwig Brandt");
    day.terminal.wait_for("Tomorrow I will");
    day.terminal.leave();
    day.terminal.end().assert_clean();
}
