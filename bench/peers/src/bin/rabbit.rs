//! Measures RabbitMQ on loopback: durable queue, persistent messages, publisher confirms.
//!
//! `rabbit MEASUREMENT ADDRESS` prints one JSON object of figures.

use std::error::Error;
use std::time::Instant;

use futures_lite::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, Consumer, PublisherConfirm,
};
use peers::{N_JOBS, N_LATENCY, N_SINGLE, N_WARM_UP, N_WORKERS, PAUSE, PAYLOAD, quantile_ms};
use serde_json::{Value, json};

const QUEUE: &str = "clx-bench";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [measurement, address] = words[..] else {
        return Err("usage: rabbit MEASUREMENT ADDRESS".into());
    };
    let connection = Connection::connect(address, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    declare(&channel).await?;
    let figures = match measurement {
        "queue" => throughput(&connection, &channel).await?,
        "latency" => latency(&connection, &channel).await?,
        _ => return Err(format!("no measurement `{measurement}`").into()),
    };
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await?;
    println!("{figures}");
    Ok(())
}

async fn declare(channel: &Channel) -> Result<(), lapin::Error> {
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await?;
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(QUEUE.into(), durable, FieldTable::default()).await?;
    Ok(())
}

async fn publish(channel: &Channel) -> Result<PublisherConfirm, lapin::Error> {
    let persistent = BasicProperties::default().with_delivery_mode(2);
    let options = BasicPublishOptions::default();
    channel.basic_publish("".into(), QUEUE.into(), options, &PAYLOAD, persistent).await
}

async fn consumer(connection: &Connection) -> Result<Consumer, lapin::Error> {
    let channel = connection.create_channel().await?;
    channel.basic_qos(1, BasicQosOptions::default()).await?;
    channel
        .basic_consume(
            QUEUE.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
}

async fn throughput(connection: &Connection, channel: &Channel) -> Result<Value, Box<dyn Error>> {
    let begin = Instant::now();
    for _ in 0..N_SINGLE {
        publish(channel).await?.await?;
    }
    let enqueue_per_s = N_SINGLE as f64 / begin.elapsed().as_secs_f64();
    declare(channel).await?;
    for _ in 0..N_JOBS / 1000 {
        let mut confirms = Vec::new();
        for _ in 0..1000 {
            confirms.push(publish(channel).await?);
        }
        for confirm in confirms {
            confirm.await?;
        }
    }
    let begin = Instant::now();
    let mut workers = Vec::new();
    for n in 0..usize::from(N_WORKERS) {
        let mut consumer = consumer(connection).await?;
        let share =
            N_JOBS / usize::from(N_WORKERS) + usize::from(n < N_JOBS % usize::from(N_WORKERS));
        workers.push(tokio::spawn(async move {
            for _ in 0..share {
                let delivery = consumer.next().await.expect("the queue holds enough")?;
                delivery.ack(BasicAckOptions::default()).await?;
            }
            Ok::<(), lapin::Error>(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    let drain_per_s = N_JOBS as f64 / begin.elapsed().as_secs_f64();
    Ok(json!({ "enqueue_per_s": enqueue_per_s, "drain_per_s": drain_per_s }))
}

async fn latency(connection: &Connection, channel: &Channel) -> Result<Value, Box<dyn Error>> {
    let mut consumer = consumer(connection).await?;
    let mut sample = Vec::new();
    for n in 0..N_WARM_UP + N_LATENCY {
        let begin = Instant::now();
        let confirm = publish(channel).await?;
        let delivery = consumer.next().await.ok_or("the consumer was cancelled")??;
        if n >= N_WARM_UP {
            sample.push(begin.elapsed());
        }
        delivery.ack(BasicAckOptions::default()).await?;
        confirm.await?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(json!({ "p50_ms": quantile_ms(&mut sample, 0.5), "p99_ms": quantile_ms(&mut sample, 0.99) }))
}
