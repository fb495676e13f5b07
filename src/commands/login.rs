//! `switchboard login`: e-mail and password once, then the stored token.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::contacts::refusal;
use super::place::{OUR_OWN, dialect_of};
use super::{Failure, Output, Setup, complain};
use crate::backend;
use crate::chat::Id;
use crate::config::{Chosen, Profile, check_url, is_loopback, name_for, save_profile, store_token};

/// Arguments of `login`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The backend's address; without it the chosen profile's
    #[arg(value_name = "URL", value_parser = address)]
    address: Option<Url>,
    /// The e-mail to sign in with; asked for without it
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

/// An address as people write it: without a scheme it is `https:`, and `http:` on this machine.
fn address(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let parse = |text: &str| text.parse::<Url>().map_err(|error| error.to_string());
    if text.contains("://") {
        return parse(text);
    }
    let secure = parse(&format!("https://{text}"))?;
    if is_loopback(&secure) { parse(&format!("http://{text}")) } else { Ok(secure) }
}

/// Signs in, keeps the token (mode 600) and writes the profile. The password comes from the terminal, not echoed, or
/// is the first line of standard input where that is a pipe or a file.
///
/// # Errors
/// The address may not be spoken to, the backend refuses or cannot be reached, or a file cannot be written.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let chosen = destination(setup, args)?;
    let profile = &chosen.profile;
    let email = match args.email.clone().or_else(|| profile.email.clone()) {
        Some(email) => email,
        None => ask("E-mail: ")?,
    };
    let password = password(&format!("Password of {email} at {}: ", profile.url))?;
    let own =
        profile.dialect == Profile::new(profile.url.clone()).dialect && super::block_on(backend::is_our_own(profile))?;
    let dialect = dialect_of(setup, &chosen, None)?;
    let (token, who) = super::block_on(backend::login(profile, &dialect, &email, &password))?.map_err(|error| {
        match refusal(error) {
            Failure::Refused(reason) => Failure::Refused(format!("{} refused the login: {reason}", profile.url)),
            failure => failure,
        }
    })?;
    store_token(&setup.paths, &chosen.name, &token)?;
    let file = setup.config_file();
    let dialect = own.then_some(OUR_OWN);
    let account = who.account.clone().filter(|_| profile.account.is_none());
    save_profile(&file, &chosen.name, &profile.url, &email, account.as_ref().map(Id::as_str), dialect, &who.variables)?;
    let who = who.name.as_deref().unwrap_or(&email);
    out.line(format_args!("signed in as {who}; profile `{}` is in {}", chosen.name, file.display()))?;
    let others = setup.loaded.config.profiles.keys().any(|name| *name != chosen.name);
    let first = setup.loaded.config.default_profile.as_deref().is_none_or(|name| name == chosen.name);
    if others && !first {
        out.line(format_args!("open it with `switchboard --profile {}`, or switch to it inside", chosen.name))?;
    } else {
        out.line("open it with `switchboard`")?;
    }
    let earlier = [
        ("token", profile.token.is_some()),
        ("token_env", profile.token_env.is_some()),
        ("token_command", profile.token_command.is_some()),
        ("token_file", profile.token_file.is_some()),
    ];
    if let Some((key, _)) = earlier.iter().find(|(_, set)| *set) {
        complain(format_args!("`{key}` of the profile goes before the token of this login; remove it to use this one"));
    }
    Ok(())
}

/// The profile that is signed in to: the one named, the one of this address, or a new one.
fn destination(setup: &Setup, args: &Args) -> Result<Chosen, Failure> {
    let profiles = &setup.loaded.config.profiles;
    let Some(url) = args.address.as_ref().or(setup.options.url.as_ref()) else {
        let missing = || Failure::Usage("which backend? Say `switchboard login URL`".to_owned());
        return setup.chosen()?.ok_or_else(missing);
    };
    let name = match &setup.options.profile {
        Some(name) => name.clone(),
        None => profiles
            .iter()
            .find(|(_, profile)| profile.url == *url)
            .map_or_else(|| name_for(url), |(name, _)| name.clone()),
    };
    let profile = match profiles.get(&name) {
        Some(profile) if profile.url == *url => profile.clone(),
        Some(profile) => {
            return Err(Failure::Usage(format!(
                "the profile `{name}` is for {}; choose another name with --profile, or change its `url` first",
                profile.url
            )));
        }
        None => Profile::new(url.clone()),
    };
    check_url(url, profile.allow_plain_http).map_err(Failure::Usage)?;
    Ok(Chosen { name, profile })
}

fn ask(question: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage("give the e-mail with --email when standard input is not a terminal".to_owned()));
    }
    // On standard error: standard output may be a file.
    let _ = std::io::stderr().write_all(question.as_bytes());
    first_line()
}

pub(super) fn password(question: &str) -> Result<SecretString, Failure> {
    let typed = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(question)
            .map_err(|error| Failure::Other(format!("cannot ask for the password: {error}")))?
    } else {
        first_line()?
    };
    let typed = SecretString::from(typed);
    if typed.expose_secret().is_empty() { Err(Failure::Usage("no password was given".to_owned())) } else { Ok(typed) }
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::Other(format!("cannot read standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_written_without_its_scheme() {
        for (written, meant) in [
            ("chat.example.com", "https://chat.example.com/"),
            ("chat.example.com:8443/x", "https://chat.example.com:8443/x"),
            ("localhost:5050", "http://localhost:5050/"),
            ("127.0.0.1:5050", "http://127.0.0.1:5050/"),
            ("http://chat.example.com", "http://chat.example.com/"),
        ] {
            assert_eq!(address(written).unwrap().as_str(), meant);
        }
        assert!(address("no address").is_err());
    }
}
