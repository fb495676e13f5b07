//! The laboratory's control routes: `/api/faults`.
//!
//! They are there only where the server was started with a laboratory. A server that listens on loopback asks for no
//! token; one that others can reach wants an admin's.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::auth::Caller;
use super::errors::ApiError;
use super::send::json_object;
use crate::server::faults::{FAULTS, Lab, UnknownFault};
use crate::server::shared::Shared;

/// Whoever may change what goes wrong.
pub(super) struct Experimenter;

impl FromRequestParts<Shared> for Experimenter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        match shared.lab_door {
            LabDoor::Closed => {
                let message = "This server has no fault laboratory; start it with --lab or --fault";
                Err(ApiError::new(StatusCode::NOT_FOUND, message).with("error", json!("NO_LABORATORY")))
            }
            LabDoor::Open => Ok(Self),
            LabDoor::Admins => {
                let Caller(agent) = Caller::from_request_parts(parts, shared).await?;
                if agent.role == "admin" {
                    return Ok(Self);
                }
                let message = "Only an admin may switch faults on and off";
                Err(ApiError::new(StatusCode::FORBIDDEN, message).with("error", json!("FORBIDDEN")))
            }
        }
    }
}

/// Who gets at the control routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum LabDoor {
    /// Nobody: there is no laboratory.
    Closed,
    /// Whoever reaches the loopback address.
    Open,
    /// Agents of the role `admin`.
    Admins,
}

pub(super) async fn list(State(shared): State<Shared>, _: Experimenter) -> Json<Value> {
    Json(json!({ "success": true, "faults": told(&shared.lab) }))
}

pub(super) async fn switch_on(
    State(shared): State<Shared>,
    _: Experimenter,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let value = if body.is_empty() { None } else { json_object(&body)?.remove("value") };
    let value = match value {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            value.as_u64().ok_or_else(|| ApiError::unprocessable("INVALID_FIELD", "value must be a whole number"))?,
        ),
    };
    let value = shared.lab.switch_on(&name, value).map_err(refused)?;
    shared.lab.seize(&shared.sockets);
    Ok(Json(json!({ "success": true, "name": name, "value": value })))
}

pub(super) async fn switch_off(
    State(shared): State<Shared>,
    _: Experimenter,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    if !FAULTS.iter().any(|fault| fault.name == name) {
        return Err(ApiError::new(StatusCode::NOT_FOUND, format!("No fault is called {name:?}"))
            .with("error", json!("UNKNOWN_FAULT")));
    }
    shared.lab.switch_off(&name);
    Ok(Json(json!({ "success": true, "name": name })))
}

pub(super) async fn clear(State(shared): State<Shared>, _: Experimenter) -> Json<Value> {
    shared.lab.clear();
    Json(json!({ "success": true, "faults": told(&shared.lab) }))
}

fn told(lab: &Lab) -> Vec<Value> {
    FAULTS
        .iter()
        .map(|fault| {
            json!({
                "name": fault.name,
                "about": fault.about,
                "unit": fault.setting.map(|setting| setting.unit),
                "default": fault.setting.map(|setting| setting.default),
                "active": lab.is_on(fault.name).is_some(),
                "value": lab.is_on(fault.name).filter(|_| fault.setting.is_some()),
            })
        })
        .collect()
}

fn refused(error: UnknownFault) -> ApiError {
    match &error {
        UnknownFault::Name { .. } => {
            ApiError::new(StatusCode::NOT_FOUND, error.to_string()).with("error", json!("UNKNOWN_FAULT"))
        }
        UnknownFault::Value(_) => ApiError::unprocessable("INVALID_FIELD", error.to_string()),
    }
}
