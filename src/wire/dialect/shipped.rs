//! The dialects that come with the program.

/// A dialect file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(Shipped { name: $name, text: include_str!(concat!("../../../assets/dialects/", $name, ".toml")) }),*]
    };
}

impl Shipped {
    /// The one that is spoken where a profile names none.
    pub const REFERENCE: Self =
        Self { name: "reference", text: include_str!("../../../assets/dialects/reference.toml") };

    /// All of them, the reference first.
    pub const ALL: &'static [Self] = shipped![
        "reference",
        "switchboard",
        "whaticket",
        "ticketz",
        "whatsapp-builder",
        "whatsapp-saas",
        "lead-crm",
        "everlast-crm",
        "agent-crm",
        "multi-account",
        "livechat-clone",
        "phone-dashboard",
        "workspace-crm",
        "evolution-api",
        "wppconnect-server",
    ];

    /// One by its name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|shipped| shipped.name == name)
    }
}
