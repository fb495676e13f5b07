//! The matrix in the documentation is the one that is tested.

use switchboard::server::faults::find;

use crate::matrix::EXPECTED;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnosis.md");
const BEGIN: &str = "<!-- matrix: written by `WRITE_DOCS=1 cargo test --test doctor` -->\n";
const END: &str = "<!-- end of the matrix -->";

fn matrix() -> String {
    let mut table = "| fault | what it does | named first | exit code |\n|---|---|---|---|\n".to_owned();
    for (fault, _, rule, exit) in EXPECTED {
        let about = find(fault).map(|fault| fault.about).unwrap_or_default();
        table.push_str(&format!("| `{fault}` | {about} | `{rule}` | {exit} |\n"));
    }
    table
}

#[test]
fn the_matrix_in_the_docs_is_the_tested_one() {
    let page = std::fs::read_to_string(PAGE).expect("docs/diagnosis.md");
    let (before, rest) = page.split_once(BEGIN).expect("the beginning of the matrix");
    let (written, after) = rest.split_once(END).expect("the end of the matrix");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{}{END}{after}", matrix())).expect("docs/diagnosis.md");
    } else {
        assert_eq!(written, matrix(), "write it anew: WRITE_DOCS=1 cargo test --test doctor the_matrix");
    }
}
