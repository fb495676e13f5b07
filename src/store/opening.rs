//! From a path to a connection whose schema is ours: identity, damage, migrations, modes.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};

use super::error::{Kind, OpenError};
use super::owner::{Owner, opening, private_file, sweep};
use super::set_aside::{Rescued, set_aside};
use super::{Place, Surroundings};
use crate::config::create_private_dir;

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// Stands in the header of our files: "SwBd".
const APPLICATION: u32 = 0x5377_4264;

/// So long a statement waits for another program's transaction.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open store.
pub(super) struct Shelf {
    /// The connection that writes.
    pub(super) conn: SqliteConnection,
    /// How a second connection is made; `None` in memory, where there is but one.
    pub(super) reading: Option<SqliteConnectOptions>,
    /// Under which name rows are claimed.
    pub(super) owner: Owner,
}

/// Opens the store. A damaged or foreign file is set aside (its new name is given) and a fresh one made. `suspect` reads
/// the whole file to see whether it is damaged. A store that is opened again keeps its `owner`.
pub(super) async fn open(
    place: &Place,
    surroundings: &Surroundings,
    suspect: bool,
    owner: Option<Owner>,
) -> Result<(Shelf, Option<PathBuf>), OpenError> {
    let Place::File(path) = place else {
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        let mut conn = connect(&options, Path::new("")).await?;
        migrate(&mut conn, Path::new("")).await?;
        return Ok((Shelf { conn, reading: None, owner: owner.unwrap_or_else(|| Owner::take(None)) }, None));
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_private_dir(folder)?;
    }
    let _opening = opening(path).await;
    let mut options = options_of(path);
    if let Some(pages) = surroundings.pages {
        options = options.pragma("max_page_count", pages.to_string());
    }
    let (conn, aside) = match open_file(path, &options, suspect).await {
        Ok(conn) => (conn, None),
        Err(error) if error.is_damage() => {
            // What is not ours is not even opened: SQLite would throw its log away.
            let foreign = matches!(error, OpenError::Foreign { .. });
            let rescued = if foreign { Rescued::default() } else { rescue(&options).await };
            let now = (surroundings.clock)();
            let to = set_aside(path, now).map_err(|source| OpenError::SetAside { path: path.clone(), source })?;
            tracing::warn!(%error, to = %to.display(), "the store was set aside");
            let mut conn = open_file(path, &options, false).await?;
            rescued.write(&mut conn, now).await.map_err(|source| OpenError::Open { path: path.clone(), source })?;
            (conn, Some(to))
        }
        Err(error) => return Err(error),
    };
    sweep(path);
    let owner = owner.unwrap_or_else(|| Owner::take(Some(path)));
    Ok((Shelf { conn, reading: Some(options), owner }, aside))
}

fn options_of(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(PATIENCE)
        .pragma("synchronous", "NORMAL")
        .pragma("cache_size", "-1024")
        .disable_statement_logging()
}

/// Opens a file that is there, for reading alone once its schema is ours. Nothing is set aside.
pub(super) async fn open_to_read(path: &Path) -> Result<SqliteConnection, OpenError> {
    let _opening = opening(path).await;
    let mut conn = open_file(path, &options_of(path), false).await?;
    let failed = |source| OpenError::Open { path: path.to_owned(), source };
    sqlx::raw_sql("PRAGMA query_only = ON").execute(&mut conn).await.map_err(failed)?;
    Ok(conn)
}

async fn open_file(path: &Path, options: &SqliteConnectOptions, suspect: bool) -> Result<SqliteConnection, OpenError> {
    let mut file = private_file(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
    look_at_header(path, &mut file)?;
    keep_private(path, &file);
    drop(file);
    let failed = |source| OpenError::Open { path: path.to_owned(), source };
    let mut conn = connect(options, path).await?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut conn).await.map_err(failed)?;
    if application != i64::from(APPLICATION) {
        let tables: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut conn).await.map_err(failed)?;
        if tables > 0 || application != 0 {
            return Err(OpenError::Foreign { path: path.to_owned(), what: FOREIGN });
        }
        // Both are of no effect later: the first table fixes them.
        let fresh = format!("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = {APPLICATION}");
        sqlx::raw_sql(AssertSqlSafe(fresh)).execute(&mut conn).await.map_err(failed)?;
    }
    sqlx::raw_sql("PRAGMA journal_mode = WAL").execute(&mut conn).await.map_err(failed)?;
    if suspect {
        let verdict: Option<String> =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_optional(&mut conn).await.map_err(failed)?;
        if verdict.as_deref() != Some("ok") {
            return Err(OpenError::Damaged { path: path.to_owned() });
        }
    }
    refuse_newer(&mut conn, path).await?;
    migrate(&mut conn, path).await?;
    Ok(conn)
}

const FOREIGN: &str = "another program's database";

/// The first 100 bytes (<https://sqlite.org/fileformat.html>): so that a file that is not ours is not even touched.
fn look_at_header(path: &Path, file: &mut std::fs::File) -> Result<(), OpenError> {
    let mut header = Vec::with_capacity(100);
    let read = file.take(100).read_to_end(&mut header);
    read.map_err(|source| OpenError::File { path: path.to_owned(), source })?;
    let foreign = |what| Err(OpenError::Foreign { path: path.to_owned(), what });
    if header.is_empty() {
        return Ok(());
    }
    if !header.starts_with(b"SQLite format 3\0") || header.len() < 100 {
        return foreign("no database");
    }
    let application = header.get(68..72).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match application {
        // Zero may be a file of ours whose first page is still in its log.
        Some(0 | APPLICATION) => Ok(()),
        _ => foreign(FOREIGN),
    }
}

async fn connect(options: &SqliteConnectOptions, path: &Path) -> Result<SqliteConnection, OpenError> {
    options.connect().await.map_err(|source| OpenError::Open { path: path.to_owned(), source })
}

async fn refuse_newer(conn: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Open { path: path.to_owned(), source };
    let table = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
    let has: bool = sqlx::query_scalar(table).fetch_one(&mut *conn).await.map_err(failed)?;
    if !has {
        return Ok(());
    }
    let found: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut *conn).await.map_err(failed)?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    match found {
        Some(found) if found > known => Err(OpenError::Newer { path: path.to_owned(), found, known }),
        _ => Ok(()),
    }
}

async fn migrate(conn: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    MIGRATIONS
        .run_direct(None, conn, false)
        .await
        .map_err(|source| OpenError::Migrate { path: path.to_owned(), source })
}

async fn rescue(options: &SqliteConnectOptions) -> Rescued {
    match options.connect().await {
        Ok(mut conn) => {
            let rescued = Rescued::read(&mut conn).await;
            // It is closed either way.
            let _ = conn.close().await;
            rescued
        }
        Err(_) => Rescued::default(),
    }
}

/// Opens the connection that reads.
pub(super) async fn connect_reader(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    options.clone().pragma("query_only", "ON").connect().await
}

/// Whether an error means that the file must be looked at again.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    Kind::of(error) == Kind::Damaged
}

/// Customers' words are nobody else's business on a shared machine. SQLite gives its companions the file's own mode.
fn keep_private(path: &Path, file: &std::fs::File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = file.set_permissions(std::fs::Permissions::from_mode(0o600)) {
            tracing::warn!(path = %path.display(), %error, "the store's mode cannot be set to 0600");
        }
    }
    #[cfg(not(unix))]
    let _ = (path, file);
}
