//! Files to the backend and from it. An upload is one attempt: as long as the last byte has not gone out the backend
//! cannot have the message, so what breaks before is certain not to be sent. A download never takes the token to
//! another server, never grows beyond its bound and never takes the place of a file.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, Response};
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::command::{OutgoingFile, Target};
use super::http::{Answer, Ask, Http, broken, never_sent};
use super::passage::Passage;
use super::report::RestError;
use super::rest::{Reply, Rest, Way, ask};
use crate::chat::attachment::ending_for;
use crate::chat::{Id, MediaKind};
use crate::config::{Profile, create_private_dir, is_loopback};
use crate::text::Clean;
use crate::wire::{Accepted, Credential, Upload};

/// A file is read and handed on in pieces of this size.
const PIECE: usize = 64 * 1024;
/// An upload of which nothing moves for so long is given up.
const STANDSTILL: Duration = Duration::from_secs(60);
/// When all of it has gone out, the answer must come within this time: the backend hands it on to WhatsApp meanwhile.
const ANSWER: Duration = Duration::from_secs(120);
/// So many redirects of a download are followed.
const REDIRECTS: usize = 5;
/// So many names are tried for a file.
const NAMES: usize = 1_000;

/// A file that is to be fetched.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub id: Id,
    pub media: String,
    pub folder: PathBuf,
    pub name: String,
    pub limit: u64,
}

/// It was not done, and trying again is of no use.
pub(super) fn withheld(reason: impl AsRef<str>) -> RestError {
    RestError::Withheld { reason: Clean::line(reason.as_ref()) }
}

/// What a file was when it was chosen, and what it is now.
fn unchanged(file: &OutgoingFile, now: &std::fs::Metadata) -> Result<(), RestError> {
    let modified = now.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    if !now.is_file() {
        return Err(withheld(format!("{} is no file any more", file.path.display())));
    }
    if now.len() != file.size || (file.modified.is_some() && modified != file.modified) {
        return Err(withheld(format!("{} has changed since it was chosen; choose it again", file.path.display())));
    }
    Ok(())
}

impl Rest {
    /// How large files may be.
    pub async fn limits(&self) -> Reply<Vec<(MediaKind, u64)>> {
        match self.dialect().limits_request() {
            Some(request) => self.call(request, |dialect, body| dialect.limits(body)).await,
            None => Reply { result: Ok(Vec::new()), took: None },
        }
    }

    /// Sends a file with the text beside it: one attempt, and a second one only where the token was refused.
    pub async fn upload(
        &self,
        client: &Id,
        target: &Target,
        (file, caption): (&OutgoingFile, &str),
        reply_to: Option<&Id>,
        passage: &Passage,
    ) -> Reply<Accepted> {
        let caption = Some(caption).filter(|caption| !caption.is_empty());
        let Some(upload) = self.dialect().upload(target, caption, file.kind.name(), client, reply_to) else {
            return Reply { result: Err(withheld("this backend takes no files")), took: None };
        };
        let way = Way::Upload { upload: &upload, file, passage };
        self.call_by(&way, upload.request.clone(), |dialect, body| dialect.accepted(body)).await
    }

    pub(super) async fn put(
        &self,
        upload: &Upload,
        file: &OutgoingFile,
        credential: &Credential,
        passage: &Passage,
    ) -> Result<Answer, RestError> {
        let gone = |error: std::io::Error| withheld(format!("{} cannot be read: {error}", file.path.display()));
        let opened = tokio::fs::File::open(&file.path).await.map_err(gone)?;
        unchanged(file, &opened.metadata().await.map_err(gone)?)?;
        let standing = self.dialect().standing_headers();
        let question = ask(&self.profile().url, &upload.request.path, &upload.request, &standing, credential)?;
        let trouble = Arc::new(Mutex::new(None));
        passage.begin(Some(file.size));
        let body = Body::wrap_stream(pieces(opened, file.clone(), passage.clone(), Arc::clone(&trouble)));
        let part = Part::stream_with_length(body, file.size).file_name(file.name.clone());
        let part = part.mime_str(&file.mime).map_err(|_| withheld(format!("{} is no type of file", file.mime)))?;
        let form = upload.fields.iter().fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.clone()));
        let form = form.part(upload.file.clone(), part);
        let sending = self.http().post_form(&question, form);
        tokio::pin!(sending);
        let mut moved = (passage.done(), Instant::now());
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        let result = loop {
            tokio::select! {
                biased;
                result = &mut sending => break result,
                () = passage.stopped.cancelled(), if !passage.is_whole() => {
                    break Err(withheld("you stopped it"));
                }
                () = passage.closing.cancelled(), if !passage.is_whole() => {
                    break Err(never_sent("Switchboard was left while the file was on its way".to_owned()));
                }
                _ = tick.tick() => {
                    let done = passage.done();
                    if done != moved.0 {
                        moved = (done, Instant::now());
                    }
                    let patience = if passage.is_whole() { ANSWER } else { STANDSTILL };
                    if moved.1.elapsed() > patience {
                        break Err(broken(format!("nothing moved for {} s", patience.as_secs())));
                    }
                }
            }
        };
        if let Some(problem) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(withheld(problem));
        }
        match result {
            // without its last byte it is no message
            Err(RestError::Unreachable { reason, .. }) if !passage.is_whole() => {
                Err(RestError::Unreachable { reason, before_sending: true })
            }
            result => result,
        }
    }

    /// Fetches a file; says where it is then.
    pub async fn download(&self, parcel: &Parcel, passage: &Passage) -> Reply<PathBuf> {
        let started = Instant::now();
        let fetching = self.fetch(parcel, passage);
        let result = tokio::select! {
            biased;
            () = passage.stopped.cancelled() => Err(withheld("you stopped it")),
            result = fetching => result,
        };
        let took = result.as_ref().ok().map(|_| started.elapsed());
        Reply { result, took }
    }

    async fn fetch(&self, parcel: &Parcel, passage: &Passage) -> Result<PathBuf, RestError> {
        let Some((address, authenticated)) = self.dialect().media_address(&parcel.media) else {
            return Err(withheld("this backend does not say where the file is"));
        };
        let base = &self.profile().url;
        let url = match Url::parse(&address) {
            Ok(url) => url,
            Err(_) => base
                .join(&format!("{}{address}", base.path().trim_end_matches('/')))
                .map_err(|_| withheld("the address of the file is none"))?,
        };
        let token = authenticated || self.dialect().media_wants_token();
        let response = self.media_at(url, token).await?;
        let said = response.content_length();
        if said.is_some_and(|bytes| bytes > parcel.limit) {
            return Err(too_large(parcel.limit));
        }
        passage.begin(said);
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let name = match parcel.name.rsplit_once('.') {
            None if !ending_for(kind).is_empty() => format!("{}.{}", parcel.name, ending_for(kind)),
            _ => parcel.name.clone(),
        };
        keep(response, &parcel.folder, &name, parcel.limit, passage).await
    }

    /// The answer that brings a file, behind redirects. The token goes to the backend's own origin alone.
    async fn media_at(&self, mut url: Url, token: bool) -> Result<Response, RestError> {
        let own = self.profile().url.origin();
        let mut asked_again = false;
        for _ in 0..=REDIRECTS {
            let response = if url.origin() == own {
                let held = if token { Some(self.held().await?) } else { None };
                let credential = held.as_ref().map_or(Credential::None, |held| self.credential_of(held));
                let response = self.http().get(&self.question(url.clone(), &credential)?).await?;
                if response.status().as_u16() == 401 && !asked_again {
                    asked_again = true;
                    if let Some(held) = held
                        && self.renewed(&held).await.is_some()
                    {
                        continue;
                    }
                }
                response
            } else {
                let local = is_loopback(&url) && is_loopback(&self.profile().url);
                if url.scheme() != "https" && !local {
                    let host = url.host_str().unwrap_or_default();
                    return Err(withheld(format!("the file is at {host}, which would be asked without encryption")));
                }
                stranger(&url, self.profile()).get(&plain(url.clone())).await?
            };
            let status = response.status();
            if status.is_redirection() {
                let to = response.headers().get("location").and_then(|to| to.to_str().ok());
                url = to.and_then(|to| url.join(to).ok()).ok_or_else(|| withheld("it is redirected, but nowhere"))?;
                if !matches!(url.scheme(), "http" | "https") {
                    return Err(withheld("it is redirected to something that is no web address"));
                }
                continue;
            }
            if !status.is_success() {
                let words = match status.as_u16() {
                    404 | 410 => "the backend does not have the file any more".to_owned(),
                    401 | 403 => "the backend does not give the file to you".to_owned(),
                    code => format!("the file did not come: HTTP {code}"),
                };
                return Err(withheld(words));
            }
            return Ok(response);
        }
        Err(withheld("it is redirected again and again"))
    }

    /// What is asked of the backend's own origin, with its headers.
    fn question(&self, url: Url, credential: &Credential) -> Result<Ask, RestError> {
        let request = crate::wire::Request::get("a file", url.path());
        let mut question = ask(&self.profile().url, "", &request, &self.dialect().standing_headers(), credential)?;
        let pairs: Vec<(String, String)> = question.url.query_pairs().into_owned().collect();
        question.url = url;
        if !pairs.is_empty() {
            question.url.query_pairs_mut().extend_pairs(pairs);
        }
        question.headers.remove("accept");
        Ok(question)
    }
}

/// A server that is not the backend: nothing of the profile goes there but the way out of the house.
fn stranger(url: &Url, profile: &Profile) -> Http {
    let mut bare = Profile::new(url.clone());
    bare.proxy.clone_from(&profile.proxy);
    Http::new(bare, super::Limits::default(), Arc::default())
}

fn plain(url: Url) -> Ask {
    Ask { what: "a file", method: Method::GET, url, headers: HeaderMap::new(), body: None }
}

fn too_large(limit: u64) -> RestError {
    withheld(format!("the file has more than {} MB, the most that is fetched", limit / 1_000_000))
}

/// The pieces of a file. One that became shorter or longer is given up: the request stays unfinished.
fn pieces(
    file: tokio::fs::File,
    what: OutgoingFile,
    passage: Passage,
    trouble: Arc<Mutex<Option<String>>>,
) -> impl stream::Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    stream::unfold((file, what.size, Some((what, passage, trouble))), |(mut file, left, rest)| async move {
        let (what, passage, trouble) = rest?;
        if left == 0 {
            return None;
        }
        let mut buffer = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
        let problem = match file.read(&mut buffer).await {
            Ok(0) => std::io::Error::other("it became shorter while it was sent"),
            Ok(count) => {
                buffer.truncate(count);
                let left = left - count as u64;
                let changed = if left == 0 { is_other(&file, &what).await } else { None };
                match changed {
                    Some(problem) => problem,
                    None => {
                        passage.add(count);
                        return Some((Ok(Bytes::from(buffer)), (file, left, Some((what, passage, trouble)))));
                    }
                }
            }
            Err(error) => error,
        };
        let words = format!("{}: {problem}", what.path.display());
        *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        Some((Err(problem), (file, 0, None)))
    })
}

/// Before the last piece goes: the file must be what it was at the beginning.
async fn is_other(file: &tokio::fs::File, what: &OutgoingFile) -> Option<std::io::Error> {
    let now = file.metadata().await.ok()?;
    unchanged(what, &now).err().map(|_| std::io::Error::other("it changed while it was sent"))
}

/// Writes an answer's body into a new file of the folder.
async fn keep(
    mut response: Response,
    folder: &Path,
    name: &str,
    limit: u64,
    passage: &Passage,
) -> Result<PathBuf, RestError> {
    let cannot = |error: &dyn std::fmt::Display| withheld(format!("cannot write to {}: {error}", folder.display()));
    create_private_dir(folder).map_err(|error| cannot(&error))?;
    let temporary = tempfile::Builder::new().prefix(".switchboard-").tempfile_in(folder);
    let mut temporary = temporary.map_err(|error| cannot(&error))?;
    let mut size = 0;
    loop {
        let piece = tokio::time::timeout(STANDSTILL, response.chunk()).await;
        let piece = piece.map_err(|_| withheld(format!("nothing came for {} s", STANDSTILL.as_secs())))?;
        let Some(piece) = piece.map_err(|_| withheld("the file broke off on its way"))? else { break };
        size += piece.len() as u64;
        if size > limit {
            return Err(too_large(limit));
        }
        temporary.write_all(&piece).map_err(|error| cannot(&error))?;
        passage.add(piece.len());
    }
    for nth in 1..=NAMES {
        let path = folder.join(numbered(name, nth));
        match temporary.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => temporary = error.file,
            Err(error) => return Err(cannot(&error.error)),
        }
    }
    Err(withheld(format!("there are {NAMES} files called {name} in {}", folder.display())))
}

/// `photo.jpg`, `photo (2).jpg`, …
fn numbered(name: &str, nth: usize) -> String {
    match (nth, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (nth, Some((stem, ending))) => format!("{stem} ({nth}).{ending}"),
        (nth, None) => format!("{name} ({nth})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_file_of_a_name_gets_a_number() {
        assert_eq!(numbered("a.tar.gz", 1), "a.tar.gz");
        assert_eq!(numbered("a.tar.gz", 3), "a.tar (3).gz");
        assert_eq!(numbered("a", 2), "a (2)");
    }

    #[test]
    fn a_file_that_changed_is_not_the_one_that_was_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "one").unwrap();
        let now = std::fs::metadata(&path).unwrap();
        let file = OutgoingFile {
            path: path.clone(),
            name: "a.txt".to_owned(),
            kind: MediaKind::Document,
            mime: "text/plain".to_owned(),
            size: 3,
            modified: now.modified().ok().and_then(|at| Timestamp::try_from(at).ok()),
        };
        assert!(unchanged(&file, &now).is_ok());
        std::fs::write(&path, "four").unwrap();
        let said = unchanged(&file, &std::fs::metadata(&path).unwrap()).unwrap_err().to_string();
        assert!(said.contains("has changed since it was chosen"), "{said}");
        assert!(unchanged(&file, &std::fs::metadata(folder.path()).unwrap()).is_err());
    }
}
