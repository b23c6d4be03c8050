//! As much of GitHub's API as the comment needs, on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The server, which ends with the test's process.
pub struct GitHub {
    pub url: String,
    state: Arc<Mutex<State>>,
}

/// What the token may do, what there is, and what was asked for.
#[derive(Default)]
pub struct State {
    /// The login, if the token is a person's.
    pub person: Option<&'static str>,
    /// The status of every answer, if it is not to be that of a success.
    pub broken: Option<u16>,
    /// New comments that are written, though the answer is 502, and those that are not written.
    pub lost_answers: usize,
    pub lost_comments: usize,
    /// Writing is answered with 403.
    pub is_read_only: bool,
    pub comments: Vec<Value>,
    /// `METHOD path`, in order.
    pub requests: Vec<String>,
    /// The headers named `Authorization`.
    pub tokens: Vec<String>,
}

/// A comment as GitHub tells it.
pub fn comment(id: usize, login: &str, kind: &str, body: &str) -> Value {
    json!({"id": id, "user": {"login": login, "type": kind}, "body": body})
}

impl GitHub {
    pub fn start(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.expect("the connection stands"), &mut shared.lock().expect("no test panicked"));
            }
        });
        Self { url, state }
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("the server did not panic")
    }
}

fn answer(mut stream: TcpStream, state: &mut State) {
    let mut reader = BufReader::new(stream.try_clone().expect("the stream can be shared"));
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("the request is text");
        line.trim_end().to_owned()
    };
    let request = line();
    let mut length = 0;
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length is a number"),
            "authorization" => state.tokens.push(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body is as long as it says");
    let (method, rest) = request.split_once(' ').expect("a method");
    let path = rest.split_once(' ').expect("a path").0;
    state.requests.push(format!("{method} {path}"));
    let (status, value) = match state.broken {
        Some(status) => (status, json!({"message": "no"})),
        None => state.respond(method, path, &body),
    };
    let text = value.to_string();
    let head = format!("HTTP/1.1 {status} It\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
    stream.write_all((head + &text).as_bytes()).expect("the client listens");
}

impl State {
    fn respond(&mut self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let denied = (403, json!({"message": "Resource not accessible by integration"}));
        let text = || {
            let body: Value = serde_json::from_slice(body).expect("the body is JSON");
            body["body"].as_str().expect("a comment has a body").to_owned()
        };
        match (method, route) {
            ("GET", "/user") => self.person.map_or(denied, |login| (200, json!({"login": login}))),
            ("GET", "/repos/acme/warehouse/issues/7/comments") => {
                let page: usize = query.rsplit_once("page=").expect("pages are asked for").1.parse().expect("a number");
                (200, self.comments.chunks(100).nth(page - 1).unwrap_or_default().into())
            }
            _ if self.is_read_only => denied,
            ("POST", "/repos/acme/warehouse/issues/7/comments") => {
                let bad_gateway = (502, json!({"message": "Bad Gateway"}));
                if let Some(left) = self.lost_comments.checked_sub(1) {
                    self.lost_comments = left;
                    return bad_gateway;
                }
                let (login, kind) = self.person.map_or(("github-actions[bot]", "Bot"), |login| (login, "User"));
                let new = comment(self.comments.len() + 1, login, kind, &text());
                self.comments.push(new.clone());
                if let Some(left) = self.lost_answers.checked_sub(1) {
                    self.lost_answers = left;
                    return bad_gateway;
                }
                (201, new)
            }
            ("PATCH", route) => {
                let id = route.strip_prefix("/repos/acme/warehouse/issues/comments/").expect("a comment");
                let id: u64 = id.parse().expect("a number");
                let old = self.comments.iter_mut().find(|it| it["id"] == id).expect("it exists");
                old["body"] = text().into();
                (200, old.clone())
            }
            _ => (404, json!({"message": "Not Found"})),
        }
    }
}
