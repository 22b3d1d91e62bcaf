//! `docs/reference/database.md` names the tables and columns that there are, and no others.

use std::collections::BTreeMap;
use std::path::Path;

use clx_queue::{SqliteOptions, SqliteQueue};
use clx_store::{Store, StoreOptions};
use rusqlite::{Connection, OpenFlags};

/// Columns by table.
type Tables = BTreeMap<String, Vec<String>>;

/// Returns what the page says of a file: its `application_id` and version, and its tables.
fn described(page: &str, file: &str) -> (String, Tables) {
    let heading = format!("\n## {file}\n\n");
    let (_, rest) = page.split_once(&heading).expect("the file has a chapter");
    let chapter = rest.split("\n## ").next().unwrap_or_default();
    let mut sections = chapter.split("\n### `");
    let (identity, _) = sections.next().and_then(|text| text.split_once('.')).expect("a sentence");
    let tables = sections.map(|section| {
        let (name, text) = section.split_once('`').expect("a heading is a name in backticks");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
        let mut columns: Vec<_> =
            rows.flat_map(|row| row.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
        columns.sort();
        (name.to_owned(), columns)
    });
    (identity.to_owned(), tables.collect())
}

/// Returns the same of a file that was just made.
fn made(path: &Path) -> (String, Tables) {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let number = |pragma: &str| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0)).expect("a number")
    };
    let id = number("application_id").to_be_bytes();
    let identity = format!(
        "`application_id` is `{}`, `user_version` {}",
        id.map(char::from).iter().collect::<String>(),
        number("user_version")
    );
    let columns = "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c \
                   WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name";
    let mut query = connection.prepare(columns).expect("a query");
    let rows = query
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .expect("tables");
    let mut tables = Tables::new();
    for row in rows {
        let (table, column) = row.expect("a row");
        tables.entry(table).or_default().push(column);
    }
    (identity, tables)
}

#[test]
fn page_names_the_tables_and_columns_that_there_are() {
    let page = include_str!("../../docs/reference/database.md");
    let dir = tempfile::tempdir().expect("a temp dir");
    let queue = dir.path().join("jobs.db");
    drop(SqliteQueue::open(&queue, &SqliteOptions::default()).expect("a queue"));
    drop(Store::open(dir.path(), &StoreOptions::default()).expect("a store"));
    assert_eq!(described(page, "jobs.db"), made(&queue));
    assert_eq!(described(page, "cache.db"), made(&dir.path().join("cache.db")));
}
