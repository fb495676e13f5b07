//! The WhatsApp Cloud API's place: takes messages and counts how often each text was handed over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Counts = Arc<Mutex<HashMap<String, u32>>>;

/// A running channel.
pub struct Channel {
    /// Its address.
    pub url: String,
    counts: Counts,
}

impl Channel {
    /// Starts one.
    pub async fn start() -> Self {
        let counts = Counts::default();
        let app = Router::new().route("/{version}/{line}/messages", post(take)).with_state(Arc::clone(&counts));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, counts }
    }

    /// How often each text was handed over.
    pub fn counts(&self) -> HashMap<String, u32> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(counts): State<Counts>, Json(body): Json<Value>) -> Json<Value> {
    // Marks of reading come by the same path, without a text.
    let Some(text) = body["text"]["body"].as_str() else { return Json(json!({ "success": true })) };
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let number = {
        let count = counts.entry(text.to_owned()).or_default();
        *count += 1;
        *count
    };
    let wamid = format!("wamid.OUT.{}.{number}", text.replace(' ', "_"));
    Json(json!({ "messaging_product": "whatsapp", "messages": [{ "id": wamid }] }))
}
