//! Tokens that are renewed: what is kept as the secret, and what it is renewed with.
//!
//! Where a dialect renews tokens, the secret of a profile is the token and, after a space, what renews it. Neither holds
//! a space itself.

use secrecy::{ExposeSecret as _, SecretString};

use super::ask::Request;
use super::decode::with_json;
use super::dialect::Dialect;
use super::encode::query;
use super::event::DecodeError;
use super::json::Json;

impl Dialect {
    /// The token of a secret, without what renews it.
    pub(super) fn token_of<'s>(&self, secret: &'s str) -> &'s str {
        match &self.refresh {
            Some(_) => secret.split(' ').next().unwrap_or(secret),
            None => secret,
        }
    }

    /// Whether this answer refuses the token.
    pub fn refuses_token(&self, status: u16, body: &[u8]) -> bool {
        if status == 401 {
            return true;
        }
        if !self.refusal.token_statuses.contains(&status) {
            return false;
        }
        let refusal = self.refusal(body);
        refusal.reason.iter().chain(&refusal.code).any(|words| self.is_token_refusal(words))
    }

    /// The request that renews the token; `None` where the dialect knows none, or the secret has nothing to do it with.
    pub fn renewal_request(&self, secret: &SecretString) -> Option<Request> {
        let spec = self.refresh.as_ref()?;
        let mut parts = secret.expose_secret().split(' ');
        let variables = self.values().with("token", parts.next()).with("refresh", parts.next());
        let mut request = self.plain("a new token", &spec.method, &spec.path, &variables)?;
        request.headers = query(&spec.headers, &variables);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        // A header or a body that wanted what is not there would ask for nothing.
        (request.headers.len() == spec.headers.len()).then_some(request)
    }

    /// The cookie that renews the token, where the dialect says so.
    pub fn renewal_cookie(&self) -> Option<&str> {
        self.refresh.as_ref()?.cookie.as_deref()
    }

    /// The new secret that the answer to a renewal gives; what it does not give anew stays.
    ///
    /// # Errors
    /// There is no token in it.
    pub fn renewed(&self, body: &[u8], cookie: Option<&str>, old: &SecretString) -> Result<SecretString, DecodeError> {
        const WHAT: &str = "the new token";
        let problem = |text: &str| DecodeError { what: WHAT.into(), pointer: String::new(), problem: text.into() };
        let spec = self.refresh.as_ref().ok_or_else(|| problem("the dialect renews no tokens"))?;
        with_json(WHAT, &String::from_utf8_lossy(body), |json| {
            let token = spec.token.read(json, Json::text).ok_or_else(|| problem("no token"))?;
            let kept = old.expose_secret().split(' ').nth(1);
            Ok(self.secret_of(json, &token, cookie.or(kept)))
        })
    }

    /// A token with what renews it, as it is kept.
    pub(super) fn secret_of(&self, json: &Json<'_>, token: &str, known: Option<&str>) -> SecretString {
        let said = self.refresh.as_ref().and_then(|spec| spec.refresh.read(json, Json::text));
        match said.as_deref().or(known).filter(|_| self.refresh.is_some()) {
            Some(renewing) => SecretString::from(format!("{token} {renewing}")),
            None => SecretString::from(token.to_owned()),
        }
    }
}
