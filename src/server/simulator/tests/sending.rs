use super::super::event::Step;
use super::*;
use crate::server::channel::{ChannelError, MediaKind, MediaSource, Outbound, OutboundContent};
use crate::server::db::status::DeliveryStatus::{Delivered, Played, Read, Sent};

fn outbound(demo: &Demo, name: &str, content: OutboundContent) -> Outbound {
    let customer = &with(demo, name).customer;
    Outbound { line: demo.lines[customer.line].id.clone(), to: customer.address.clone(), content, context: None }
}

fn text(demo: &Demo, name: &str) -> Outbound {
    outbound(demo, name, OutboundContent::Text { body: "Hello".to_owned() })
}

fn template(demo: &Demo, name: &str) -> Outbound {
    let template = OutboundContent::Template { name: "hi".to_owned(), language: "en".to_owned(), params: Vec::new() };
    outbound(demo, name, template)
}

/// What became of one message within ten minutes, on a plan where nobody writes by themselves.
fn steps(message: impl Fn(&Demo) -> Outbound) -> Vec<Step> {
    let (demo, mut plan) = (demo(), plan(1, 0.0));
    let wamid = plan.send(Duration::ZERO, &message(&demo)).unwrap();
    let run = std::iter::from_fn(|| plan.pop(Duration::from_secs(600)));
    run.map(|(_, event)| match event {
        Event::Status(progress) => {
            assert_eq!(progress.wamid, wamid);
            progress.step
        }
        other => panic!("nobody should write at rate 0: {other:?}"),
    })
    .collect()
}

fn code(result: Result<String, ChannelError>) -> Option<i64> {
    result.unwrap_err().code
}

#[test]
fn a_message_is_sent_delivered_and_read() {
    let steps = steps(|demo| text(demo, "Maria López"));
    assert_eq!(steps, [Sent, Delivered, Read].map(Step::Reached));
}

#[test]
fn sound_is_played() {
    let steps = steps(|demo| {
        let source = MediaSource::Bytes(bytes::Bytes::from_static(b"x"));
        let (kind, mime) = (MediaKind::Audio, "audio/ogg".to_owned());
        let content = OutboundContent::Media { kind, mime, filename: None, caption: None, source };
        outbound(demo, "Maria López", content)
    });
    assert_eq!(steps.last(), Some(&Step::Reached(Played)));
}

#[test]
fn one_number_cannot_be_reached_and_one_customer_never_reads() {
    assert_eq!(steps(|demo| text(demo, "Owen Blackwood")), [Step::Failed(131_026)]);
    assert_eq!(steps(|demo| text(demo, "Tobias Quist")), [Sent, Delivered].map(Step::Reached));
}

#[test]
fn after_the_window_only_templates_arrive() {
    assert_eq!(steps(|demo| text(demo, "Birgit Sørensen")), [Step::Failed(131_047)]);
    assert_eq!(steps(|demo| template(demo, "Birgit Sørensen")).first(), Some(&Step::Reached(Sent)));
}

#[test]
fn an_answer_to_a_template_opens_the_window() {
    let (demo, mut plan) = (demo(), plan(1, 0.001));
    let name = "Lucía Fernández";
    plan.send(Duration::ZERO, &template(&demo, name)).unwrap();
    let mut answered = None;
    while let Some((at, event)) = plan.pop(Duration::from_secs(120)) {
        if let Event::Message(message) = event
            && message.customer.name == name
        {
            answered = Some(at);
        }
    }
    let wamid = plan.send(answered.unwrap() + Duration::from_secs(1), &text(&demo, name)).unwrap();
    let first = std::iter::from_fn(|| plan.pop(Duration::from_secs(240)))
        .find_map(|(_, event)| match event {
            Event::Status(progress) if progress.wamid == wamid => Some(progress.step),
            _ => None,
        })
        .unwrap();
    assert_eq!(first, Step::Reached(Sent));
}

#[test]
fn the_window_closes_while_the_program_runs() {
    let (demo, mut plan) = (demo(), plan(1, 0.0));
    let late = Duration::from_secs(24 * 60 * 60);
    plan.send(late, &text(&demo, "Maria López")).unwrap();
    let (_, event) = plan.pop(Duration::MAX).unwrap();
    assert!(matches!(event, Event::Status(progress) if progress.step == Step::Failed(131_047)));
}

#[test]
fn too_many_to_one_customer_are_refused_until_some_time_has_passed() {
    let (demo, mut plan) = (demo(), plan(1, 0.0));
    for _ in 0..45 {
        plan.send(Duration::ZERO, &text(&demo, "Zoe")).unwrap();
    }
    assert_eq!(code(plan.send(Duration::ZERO, &text(&demo, "Zoe"))), Some(131_056));
    assert!(plan.send(Duration::ZERO, &text(&demo, "Maria López")).is_ok(), "the limit is a pair's");
    assert!(plan.send(Duration::from_secs(7), &text(&demo, "Zoe")).is_ok());
    assert_eq!(code(plan.send(Duration::from_secs(7), &text(&demo, "Zoe"))), Some(131_056));
}

#[test]
fn a_text_that_is_too_long_and_a_line_that_is_not_there_are_refused() {
    let (demo, mut plan) = (demo(), plan(1, 0.0));
    let body = |length: usize| OutboundContent::Text { body: "é".repeat(length) };
    assert!(plan.send(Duration::ZERO, &outbound(&demo, "Zoe", body(4096))).is_ok());
    assert_eq!(code(plan.send(Duration::ZERO, &outbound(&demo, "Zoe", body(4097)))), Some(100));
    assert_eq!(code(plan.send(Duration::ZERO, &outbound(&demo, "Zoe", body(0)))), Some(100));
    let elsewhere = Outbound { line: "1".to_owned(), ..text(&demo, "Zoe") };
    assert_eq!(code(plan.send(Duration::ZERO, &elsewhere)), Some(100));
}

#[test]
fn an_answer_comes_after_the_message_was_read_with_typing_first() {
    let (demo, mut plan) = (demo(), plan(1, 0.001));
    let wamid = plan.send(Duration::ZERO, &text(&demo, "Maria López")).unwrap();
    let mut order = Vec::new();
    while let Some((_, event)) = plan.pop(Duration::from_secs(60)) {
        match event {
            Event::Typing { typing, customer } if customer.name == "Maria López" => {
                order.push(format!("typing {typing}"))
            }
            Event::Message(message) if message.customer.name == "Maria López" => {
                order.push(format!("{:?}", message.content));
            }
            Event::Status(progress) if progress.step == Step::Reached(Read) && progress.wamid == wamid => {
                order.push("read".to_owned());
            }
            _ => {}
        }
    }
    let answer = format!("{:?}", with(&demo, "Maria López").replies[0].content);
    assert_eq!(order, ["read", "typing true", "typing false", answer.as_str()]);
}

#[test]
fn a_reaction_is_about_the_message_that_it_answers() {
    let (demo, mut plan) = (demo(), plan(1, 0.001));
    let wamid = plan.send(Duration::ZERO, &text(&demo, "Aoife Ní Bhriain")).unwrap();
    let about = std::iter::from_fn(|| plan.pop(Duration::from_secs(60)))
        .find_map(|(_, event)| match event {
            Event::Message(message) if message.customer.name == "Aoife Ní Bhriain" => message.about,
            _ => None,
        })
        .unwrap();
    assert_eq!((about.wamid, about.from), (wamid, demo.lines[1].digits()));
}

#[test]
fn what_others_write_does_not_depend_on_what_is_sent_to_somebody() {
    let demo = demo();
    let others = |plan: &mut Plan| -> Vec<String> {
        let run = std::iter::from_fn(|| plan.pop(Duration::from_secs(2000)));
        run.filter_map(|(_, event)| match event {
            Event::Message(message) if !["Zoe", "Dewi Lestari"].contains(&message.customer.name.as_str()) => {
                Some(format!("{} {:?}", message.wamid, message.content))
            }
            _ => None,
        })
        .collect()
    };
    let (mut quiet, mut busy) = (plan(9, 1.0), plan(9, 1.0));
    let first = busy.send(Duration::from_secs(1), &text(&demo, "Zoe")).unwrap();
    let second = busy.send(Duration::from_secs(3), &text(&demo, "Zoe")).unwrap();
    // She has had no answer so far: from now on she may react to one, which she could not before.
    busy.send(Duration::from_secs(3), &text(&demo, "Dewi Lestari")).unwrap();
    assert_eq!(others(&mut quiet), others(&mut busy));
    // And the ids of what is sent depend on the order of the sends alone.
    assert_eq!(quiet.send(Duration::from_secs(2001), &text(&demo, "Zoe")), Ok(first));
    assert_eq!(quiet.send(Duration::from_secs(2002), &text(&demo, "Zoe")), Ok(second));
}

#[test]
fn who_was_written_to_before_they_came_has_no_id_twice() {
    let (demo, mut plan) = (demo(), plan(1, 1.0));
    let newcomer = &demo.newcomers[0].customer;
    let line = demo.lines[newcomer.line].id.clone();
    let content = OutboundContent::Text { body: "Hello".to_owned() };
    let message = Outbound { line, to: newcomer.address.clone(), content, context: None };
    let before = plan.send(Duration::ZERO, &message).unwrap();
    let came =
        |(_, event): &(Duration, Event)| matches!(event, Event::Message(said) if said.customer.address == message.to);
    let (at, _) = std::iter::from_fn(|| plan.pop(Duration::MAX)).find(came).unwrap();
    assert_ne!(plan.send(at, &message).unwrap(), before);
}
