//! Who does what when, without a clock: a plan is asked for the next event and told what was sent.
//!
//! The customers' own writing comes in waves from one seeded stream; what one customer answers, and what becomes of
//! a message, comes from streams of their own. So the same seed and the same sends give the same events, whatever
//! happens to whom in between. All times are since the start of the run.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::dice::{Dice, between, chance, pick, weigh};
use super::event::{About, Event, Incoming, Progress, Step};
use super::fate;
use super::people::Person;
use super::script::{Content, Customer, Demo, Newcomer, Referral, Said, Target, is_user_id};
use crate::server::channel::{ChannelError, Outbound, OutboundContent};
use crate::server::db::status::{DeliveryStatus, Direction};

/// At rate 1 a customer writes every so often, in milliseconds, give or take 60 %.
const WAVE_MS: f64 = 4000.0;

/// How many customers are made up on the spot at most, so that a long run does not fill the list without end.
const MADE_UP: usize = 60;

/// How long it stays quiet at first where a quiet start is wanted.
const QUIET: Duration = Duration::from_secs(30);

/// What happens in a run.
#[derive(Debug)]
pub struct Plan {
    demo: Arc<Demo>,
    dice: Dice,
    rate: f64,
    crowd: ChaCha8Rng,
    wave: Option<Duration>,
    waves: u64,
    queue: BinaryHeap<Reverse<Scheduled>>,
    order: u64,
    people: Vec<Person>,
    by_address: HashMap<(usize, String), usize>,
    arrived: usize,
    earlier: u64,
}

/// An event in the queue; `order` keeps those of one instant apart.
#[derive(Debug)]
struct Scheduled {
    at: Duration,
    order: u64,
    event: Event,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Plan {
    /// A plan for the demo's customers. A `rate` of 1 brings a message every few seconds, 10 ten times as many, 0
    /// (or what is no number) none at all.
    pub fn new(demo: Arc<Demo>, dice: Dice, rate: f64, quiet_start: bool) -> Self {
        let rate = if rate.is_finite() { rate.max(0.0) } else { 0.0 };
        let people: Vec<Person> =
            demo.conversations.iter().map(|conversation| Person::with_history(dice, conversation)).collect();
        let by_address = people
            .iter()
            .enumerate()
            .map(|(index, person)| ((person.customer.line, person.customer.address.clone()), index))
            .collect();
        let mut plan = Self {
            demo,
            dice,
            rate,
            crowd: dice.stream("crowd", "", 0),
            wave: None,
            waves: 0,
            queue: BinaryHeap::new(),
            order: 0,
            people,
            by_address,
            arrived: 0,
            earlier: 0,
        };
        if plan.rate > 0.0 {
            let first = plan.gap();
            plan.wave = Some(if quiet_start { first + QUIET } else { first });
        }
        plan
    }

    /// Goes on after earlier runs that left so many messages: the ids of this one are others than theirs.
    pub fn resume(&mut self, messages: u64) {
        self.earlier = messages;
    }

    /// When the next event happens; nothing as long as nothing is sent and nobody writes.
    pub fn due(&self) -> Option<Duration> {
        let queued = self.queue.peek().map(|Reverse(next)| next.at);
        match (self.wave, queued) {
            (Some(wave), Some(queued)) => Some(wave.min(queued)),
            (wave, queued) => wave.or(queued),
        }
    }

    /// The next event that happens until `now`, with its time.
    pub fn pop(&mut self, now: Duration) -> Option<(Duration, Event)> {
        while let Some(wave) = self.wave
            && wave <= now
            && self.queue.peek().is_none_or(|Reverse(next)| wave <= next.at)
        {
            self.somebody_writes(wave);
            let gap = self.gap();
            self.wave = Some(wave.saturating_add(gap));
        }
        if self.queue.peek().is_none_or(|Reverse(next)| next.at > now) {
            return None;
        }
        let Reverse(Scheduled { at, event, .. }) = self.queue.pop()?;
        if let Event::Message(message) = &event
            && let Some(person) = self.person_of(&message.customer)
        {
            person.wrote(at);
        }
        Some((at, event))
    }

    /// A message to a customer, at `now`. Gives its wamid and plans what becomes of it, or refuses it with the Cloud
    /// API's code: 100 (no such line, a text too long), 131056 (too many to one customer).
    pub fn send(&mut self, now: Duration, message: &Outbound) -> Result<String, ChannelError> {
        let line = self.demo.lines.iter().position(|line| line.id == message.line).ok_or_else(|| ChannelError {
            code: Some(100),
            message: fate::title(100).to_owned(),
            details: Some(format!("There is no line {:?} in the demo.", message.line)),
        })?;
        fate::acceptable(message)?;
        let address = match &message.to {
            to if is_user_id(to) => to.clone(),
            to => to.chars().filter(char::is_ascii_digit).collect(),
        };
        let index = self.person_at(line, &address);
        let (dice, quick, run) = (self.dice, self.quick(), run(self.earlier, line));
        let Some(person) = self.people.get_mut(index) else {
            return Err(fate::refusal(131_026));
        };
        person.allowance.take(now)?;
        let count = person.sent;
        person.sent += 1;
        let wamid = dice.wamid(&run, &address, Direction::Outbound, count);
        let mut rng = dice.stream("fate", &wamid, 0);
        let steps = fate::steps(&mut rng, person.delivery, person.window_open(now), &message.content);
        let reaction = matches!(message.content, OutboundContent::Reaction { .. });
        if !reaction {
            person.last_agent = Some(wamid.clone());
        }
        let mut seen = None;
        for (after, step) in steps {
            let at = now + after.div_f64(quick);
            if step == Step::Reached(DeliveryStatus::Read) {
                seen = Some(at);
            }
            let progress = Progress { line, address: address.clone(), wamid: wamid.clone(), step };
            self.push(at, Event::Status(progress));
        }
        if let Some(seen) = seen
            && self.rate > 0.0
        {
            self.answer(index, seen, &wamid, &mut rng);
        }
        Ok(wamid)
    }

    /// How many customers there are by now.
    #[cfg(test)]
    pub fn population(&self) -> usize {
        self.people.len()
    }

    /// By how much waiting and typing are shortened: a busy day is quicker, a calm one is not slower.
    fn quick(&self) -> f64 {
        self.rate.max(1.0)
    }

    fn gap(&mut self) -> Duration {
        let spread = between(&mut self.crowd, 400, 1600).as_secs_f64();
        Duration::try_from_secs_f64(WAVE_MS / 1000.0 * spread / self.rate).unwrap_or(Duration::MAX)
    }

    fn push(&mut self, at: Duration, event: Event) {
        self.order += 1;
        self.queue.push(Reverse(Scheduled { at, order: self.order, event }));
    }

    fn person_of(&mut self, customer: &Customer) -> Option<&mut Person> {
        let index = *self.by_address.get(&(customer.line, customer.address.clone()))?;
        self.people.get_mut(index)
    }

    /// The customer with this address; somebody new if nobody has it.
    fn person_at(&mut self, line: usize, address: &str) -> usize {
        if let Some(index) = self.by_address.get(&(line, address.to_owned())) {
            return *index;
        }
        let (name, language) = (String::new(), "en".to_owned());
        self.meet(Person::silent(Customer { name, address: address.to_owned(), language, line }))
    }

    fn meet(&mut self, mut person: Person) -> usize {
        let address = (person.customer.line, person.customer.address.clone());
        let had = self.by_address.get(&address).copied();
        if let Some((index, had)) = had.and_then(|index| Some((index, self.people.get_mut(index)?))) {
            // Messages to them are counted on: a message has its id from its number.
            (person.sent, person.received) = (had.sent, had.received);
            *had = person;
            return index;
        }
        let index = self.people.len();
        self.by_address.insert(address, index);
        self.people.push(person);
        index
    }

    /// One wave: somebody new, or somebody known with the next line of their script.
    fn somebody_writes(&mut self, at: Duration) {
        // A stream for each wave: how much one customer draws from it does not shift what the next one does.
        let mut rng = self.dice.stream("wave", "", self.waves);
        self.waves += 1;
        let known = self.demo.newcomers.len();
        if self.arrived < known + MADE_UP && chance(&mut rng, 7) {
            let newcomer = match self.demo.newcomers.get(self.arrived).cloned() {
                Some(newcomer) => Some(newcomer),
                None => self.make_up(self.arrived - known, &mut rng),
            };
            self.arrived += 1;
            if let Some(newcomer) = newcomer {
                return self.arrive(at, newcomer, &mut rng);
            }
        }
        let Some(index) = weigh(&mut rng, self.people.iter().map(Person::eager)) else {
            return;
        };
        let demo = Arc::clone(&self.demo);
        let Some(person) = self.people.get_mut(index) else { return };
        let scripted = person.next.pop_front().filter(|said| person.can_say(said));
        let said = match scripted {
            Some(said) => said,
            None => {
                let phrases = demo.small_talk.phrases(&person.customer.language);
                let odd = weigh(&mut rng, demo.small_talk.odd.iter().map(|(weight, _)| *weight))
                    .and_then(|odd| demo.small_talk.odd.get(odd))
                    .map(|(_, said)| said)
                    .filter(|said| person.can_say(said));
                match odd {
                    Some(said) if chance(&mut rng, 30) => said.clone(),
                    _ => words(&mut rng, phrases.map(|phrases| phrases.more.as_slice())),
                }
            }
        };
        let think = between(&mut rng, 600, 1800);
        self.say(index, at, think, &said, Cause::default());
    }

    /// Somebody who is not in the database yet. They do not show as typing before their first message.
    fn arrive(&mut self, at: Duration, newcomer: Newcomer, rng: &mut ChaCha8Rng) {
        let index = self.meet(Person::newcomer(newcomer.customer));
        let mut referral = newcomer.referral;
        for said in &newcomer.opens {
            let think = between(rng, 900, 2500);
            self.say(index, at, think, said, Cause { referral: referral.take(), ..Cause::default() });
        }
    }

    /// The `number`th customer made up on the spot.
    fn make_up(&self, number: usize, rng: &mut ChaCha8Rng) -> Option<Newcomer> {
        let talk = Arc::clone(&self.demo);
        let talk = &talk.small_talk;
        let first = pick(rng, &talk.first_names)?;
        let last = pick(rng, &talk.last_names)?;
        let (language, phrases) = pick(rng, &talk.languages)?;
        let line = weigh(rng, self.demo.lines.iter().map(|_| 1))?;
        let hello = words(rng, Some(&phrases.hello));
        Some(Newcomer {
            customer: Customer {
                name: format!("{first} {last}"),
                // Ofcom keeps 07700 900000 to 900999 for fiction; the scripts do not use 9005xx.
                address: format!("4477009005{:02}", number % 100),
                language: language.clone(),
                line,
            },
            referral: None,
            opens: vec![hello],
        })
    }

    /// The customer's answer to an agent's message that was seen at `seen`.
    fn answer(&mut self, index: usize, seen: Duration, wamid: &str, rng: &mut ChaCha8Rng) {
        let quick = self.quick();
        let demo = Arc::clone(&self.demo);
        let Some(person) = self.people.get_mut(index) else { return };
        let said = match person.replies.pop_front() {
            Some(said) => said,
            None if chance(rng, 60) => {
                let phrases = demo.small_talk.phrases(&person.customer.language);
                let mut said = words(rng, phrases.map(|phrases| phrases.thanks.as_slice()));
                said.quotes = chance(rng, 20).then_some(Target::Agent);
                said
            }
            None => return,
        };
        let think = between(rng, 900, 3500).div_f64(quick);
        let typing = between(rng, 700, 1600);
        self.say(index, seen + think, typing, &said, Cause { answers: Some(wamid), ..Cause::default() });
    }

    /// Plans one message of a customer from `at` on: typing for a while (longer for long texts), then the message.
    fn say(&mut self, index: usize, at: Duration, think: Duration, said: &Said, cause: Cause<'_>) {
        let (dice, quick, earlier) = (self.dice, self.quick(), self.earlier);
        let demo = Arc::clone(&self.demo);
        let Some(person) = self.people.get_mut(index) else { return };
        let start = at.max(person.busy_until);
        let (typed, spent) = match &said.content {
            Content::Text(text) => {
                let letters = u64::try_from(text.chars().take(120).count()).unwrap_or_default();
                (person.known, think + Duration::from_millis(letters * 25))
            }
            _ => (false, think),
        };
        let end = start + spent.div_f64(quick);
        let customer = person.customer.clone();
        let wamid = dice.wamid(&run(earlier, customer.line), &customer.address, Direction::Inbound, person.received);
        person.received += 1;
        person.known = true;
        person.busy_until = end + Duration::from_millis(700).div_f64(quick);
        let target = match &said.content {
            Content::Reaction { to, .. } => Some(to),
            _ => said.quotes.as_ref(),
        };
        let about = target.and_then(|target| person.find(target, cause.answers)).map(|(wamid, mine)| About {
            wamid,
            from: match (mine, demo.lines.get(customer.line)) {
                (false, Some(line)) => line.digits(),
                _ => customer.address.clone(),
            },
        });
        if typed {
            self.push(start, Event::Typing { customer: customer.clone(), typing: true });
            self.push(end, Event::Typing { customer: customer.clone(), typing: false });
        }
        let message = Incoming { customer, wamid, content: said.content.clone(), about, referral: cause.referral };
        self.push(end, Event::Message(Box::new(message)));
    }
}

/// Why a customer writes, where that shows in the message.
#[derive(Debug, Default)]
struct Cause<'a> {
    /// The agent's message that it answers.
    answers: Option<&'a str>,
    /// The advertisement that it came by.
    referral: Option<Referral>,
}

/// The name under which messages on a line get their ids, in a run that found so many messages.
fn run(earlier: u64, line: usize) -> String {
    format!("run {earlier} {line}")
}

/// One of some phrases as a message.
fn words(rng: &mut ChaCha8Rng, phrases: Option<&[String]>) -> Said {
    let text = phrases.and_then(|phrases| pick(rng, phrases)).map_or("?", String::as_str);
    Said { quotes: None, content: Content::Text(text.to_owned()) }
}
