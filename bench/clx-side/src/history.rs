//! What a claim costs when many jobs have been finished before.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use clx_queue::{Queue, Seat, WorkerMode};
use rusqlite::Connection;
use serde_json::json;

use crate::Figures;
use crate::place::Place;
use crate::timing::{now_ns, quantile_ms};

const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
const N_CLAIMS: usize = 2_000;

pub fn measure(below: &Path) -> Figures {
    let few = claim_ms(below, FEW)?;
    let many = claim_ms(below, MANY)?;
    Ok(json!({ "few_p50_ms": few, "many_p50_ms": many, "many_to_few": many / few }))
}

/// Returns the median of a claim that also reports the job before.
fn claim_ms(below: &Path, n_finished: usize) -> Result<f64, Box<dyn Error>> {
    let place = Place::new(below)?;
    let worker = place.register(WorkerMode::InProcess)?;
    place.queue.activate_worker(worker, None)?;
    let mut seat = Seat::new(worker);
    claim_all(&place, &mut seat, FEW)?;
    multiply(&place.file, n_finished / FEW)?;
    let mut sample = claim_all(&place, &mut seat, N_CLAIMS)?;
    Ok(quantile_ms(&mut sample, 0.5))
}

fn claim_all(place: &Place, seat: &mut Seat, n_jobs: usize) -> Result<Vec<i64>, Box<dyn Error>> {
    place.fill(n_jobs)?;
    let mut sample = Vec::new();
    let mut done = Vec::new();
    for _ in 0..=n_jobs {
        let begin = now_ns();
        let claim = seat.claim(&*place.queue, std::mem::take(&mut done), Duration::ZERO)?;
        sample.push(now_ns() - begin);
        done.extend(claim.jobs.into_iter().map(|job| job.completed(Vec::new())));
    }
    Ok(sample)
}

/// Repeats the finished jobs of a file until there are `times` as many.
fn multiply(file: &Path, times: usize) -> Result<(), Box<dyn Error>> {
    let connection = Connection::open(file)?;
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info('jobs') WHERE name <> 'id'")?;
    let columns: Vec<String> =
        statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let columns = columns.join(", ");
    connection.execute(
        &format!(
            "WITH RECURSIVE copies(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM copies WHERE n < :times)
             INSERT INTO jobs({columns})
             SELECT {columns} FROM jobs, copies
             WHERE :times > 1"
        ),
        &[(":times", &times)],
    )?;
    connection.execute(
        "INSERT INTO finished(session_id, seq, job)
         SELECT session_id, (SELECT max(seq) FROM finished) + row_number() OVER (ORDER BY id), id
         FROM jobs
         WHERE id NOT IN (SELECT job FROM finished)",
        (),
    )?;
    Ok(())
}
