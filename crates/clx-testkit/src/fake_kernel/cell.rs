//! Executes the commands of a cell.

use std::io::Write;
use std::process::{abort, exit};
use std::{fs, thread};

use serde_json::{Value, json};

use super::message::Request;
use super::server::Server;

/// How a cell goes on after a command.
enum Next {
    Command,
    Failed { ename: String, evalue: String },
}

impl Server {
    pub(super) fn execute(&mut self, request: &Request) {
        self.execution_count += 1;
        self.publish(request, "status", &json!({"execution_state": "busy"}));
        let code = request.content["code"].as_str().unwrap();
        let mut reply = json!({"status": "ok", "execution_count": self.execution_count});
        for line in code.lines() {
            let (command, text) = line.split_once(' ').unwrap_or((line, ""));
            if let Next::Failed { ename, evalue } = self.command(request, command, text) {
                let traceback = [format!("Traceback of {ename}")];
                let error = json!({"ename": ename, "evalue": evalue, "traceback": traceback});
                self.publish(request, "error", &error);
                reply = error;
                reply["status"] = "error".into();
                reply["execution_count"] = self.execution_count.into();
                break;
            }
        }
        self.reply(request, "execute_reply", &reply);
        if !code.contains("lost-idle") {
            self.publish(request, "status", &json!({"execution_state": "idle"}));
        }
        for line in code.lines() {
            if let Some(text) = line.strip_prefix("late ") {
                self.print(request, "stdout", text);
            }
        }
    }

    fn print(&mut self, request: &Request, name: &str, text: &str) {
        self.publish(request, "stream", &json!({"name": name, "text": format!("{text}\n")}));
    }

    fn command(&mut self, request: &Request, command: &str, text: &str) -> Next {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match command {
            "print" => self.print(request, "stdout", text),
            "warn" => self.print(request, "stderr", text),
            "env" => {
                let value = std::env::var(word).unwrap_or_else(|_| "unset".to_owned());
                self.print(request, "stdout", &value);
            }
            "read" => self.print(request, "stdout", &fs::read_to_string(word).unwrap()),
            "log" => append(word, rest),
            "result" => {
                let count = self.execution_count;
                let content = json!({"data": plain(text), "execution_count": count});
                self.publish(request, "execute_result", &content);
            }
            "display" => self.display(request, "display_data", word, rest),
            "update" => self.display(request, "update_display_data", word, rest),
            "clear" => self.publish(request, "clear_output", &json!({"wait": false})),
            "clear-wait" => self.publish(request, "clear_output", &json!({"wait": true})),
            "fail" => return Next::Failed { ename: word.to_owned(), evalue: rest.to_owned() },
            "stranger" => {
                let content = json!({"name": "stdout", "text": text});
                let parent = json!({"msg_id": "of somebody else"});
                self.iopub.send(&self.signer.message("stream", &parent, &content));
            }
            "late" | "lost-idle" => {}
            _ => return self.fault(request, command, text),
        }
        Next::Command
    }

    fn fault(&mut self, request: &Request, command: &str, text: &str) -> Next {
        match command {
            "flood" => (0..number(text) / 65_536).for_each(|_| {
                self.print(request, "stdout", &"x".repeat(65_535));
            }),
            "big" => self.print(request, "stdout", &"x".repeat(number(text))),
            "bare" => self.send_bare(request),
            "hang" => {
                self.interrupt.wait();
                let [ename, evalue] = ["Interrupted", "by request"].map(str::to_owned);
                return Next::Failed { ename, evalue };
            }
            "hang-deaf" => park(),
            "input" => {
                let content = json!({"prompt": text, "password": false});
                self.stdin.send(&self.signer.message("input_request", &request.header, &content));
                park();
            }
            "die" => exit(i32::try_from(number(text)).unwrap()),
            "abort" => abort(),
            "abort-once" => {
                if std::fs::File::create_new(text).is_ok() {
                    abort();
                }
            }
            "hang-once" => {
                if std::fs::File::create_new(text).is_ok() {
                    park();
                }
            }
            "forged" => {
                let mut frames = self.signer.message("stream", &request.header, &json!({}));
                frames[6] = br#"{"name": "stdout", "text": "forged"}"#.to_vec();
                self.iopub.send(&frames);
                park();
            }
            "garbage" => {
                self.iopub.send_noise();
                park();
            }
            _ => {
                let evalue = format!("{command} is no command");
                return Next::Failed { ename: "SyntaxError".to_owned(), evalue };
            }
        }
        Next::Command
    }

    fn display(&mut self, request: &Request, msg_type: &str, id: &str, text: &str) {
        let content = json!({"data": plain(text), "transient": {"display_id": id}});
        self.publish(request, msg_type, &content);
    }

    /// Sends messages without all that can be missing.
    fn send_bare(&mut self, request: &Request) {
        let parent = json!({"msg_id": request.header["msg_id"]});
        for msg_type in ["stream", "display_data", "comm_open", "clear_output", "status", "new"] {
            let header = json!({"msg_type": msg_type});
            let frames = self.signer.message_of([&header, &parent, &Value::Null, &json!({})]);
            self.iopub.send(&frames);
        }
    }
}

fn append(file: &str, text: &str) {
    let mut file = fs::File::options().create(true).append(true).open(file).unwrap();
    // In one piece: other kernels write to the same file.
    file.write_all(format!("{text}\n").as_bytes()).unwrap();
}

fn plain(text: &str) -> Value {
    json!({"text/plain": text})
}

fn number(text: &str) -> usize {
    text.parse().unwrap()
}

fn park() -> ! {
    loop {
        thread::park();
    }
}
