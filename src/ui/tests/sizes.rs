//! Every size and every state can be drawn, and nothing that steers a terminal ever stands in a cell.

use proptest::prelude::*;

use super::{drawn, scene};
use crate::app::{Anchor, Focus, Overlay, Panels, State, TrafficSize, rows};
use crate::chat::{ConversationKey, Direction};
use crate::text::Clean;

fn overlay() -> impl Strategy<Value = Option<Overlay>> {
    prop_oneof![
        3 => Just(None),
        1 => (".{0,12}", 0..200_usize).prop_map(|(search, scroll)| Some(Overlay::Help { search, scroll })),
        1 => (".{0,12}", 0..200_usize).prop_map(|(search, chosen)| Some(Overlay::Palette { search, chosen })),
        1 => (".{0,12}", 0..200_usize).prop_map(|(search, chosen)| Some(Overlay::GoTo { search, chosen })),
        1 => "\\PC{0,300}|[\u{0}-\u{1f}a]{0,300}".prop_map(|text| Some(Overlay::Paste { text })),
        1 => (0..5_usize).prop_map(|chosen| Some(Overlay::Unrouted { chosen })),
        1 => (0..5_usize, ".{0,5}").prop_map(|(index, search)| Some(Overlay::Assign { index, search, chosen: 0 })),
        1 => (".{0,12}", 0..9_usize).prop_map(|(search, chosen)| Some(Overlay::Views { search, chosen })),
        1 => (".{0,12}", 0..9_usize).prop_map(|(search, chosen)| Some(Overlay::Replies { search, chosen })),
        1 => ".{0,90}".prop_map(|typed| Some(Overlay::Ask { ask: crate::app::Ask::ExportPath, typed })),
        1 => Just(Some(Overlay::Quit { reason: Clean::line("2 not sent") })),
    ]
}

fn any_choices() -> impl Strategy<Value = Choices> {
    let size = prop_oneof![(1..=300_u16, 1..=100_u16), (38..=125_u16, 4..=30_u16)];
    let focus = prop_oneof![
        Just(Focus::List),
        Just(Focus::Thread),
        Just(Focus::Composer),
        Just(Focus::Filter),
        Just(Focus::Details),
        Just(Focus::Traffic)
    ];
    let traffic = prop_oneof![Just(TrafficSize::Hidden), Just(TrafficSize::Half), Just(TrafficSize::Full)];
    let details = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
    let anchor =
        prop_oneof![Just(Anchor::End), (0..30_usize, 0..9_usize).prop_map(|(index, row)| Anchor::At { index, row })];
    let chosen = (any::<bool>(), any::<bool>(), 0..16_isize, 0..60_u64, 0..90_usize);
    (size, focus, traffic, details, overlay(), anchor, ".{0,400}", chosen).prop_map(
        |(size, focus, traffic, details, overlay, anchor, text, (open, ascii, selected, chosen, scroll))| Choices {
            size,
            focus,
            panels: Panels {
                details,
                traffic,
                traffic_chosen: (chosen > 0).then_some(chosen),
                traffic_scroll: scroll,
                overlay,
                details_chosen: scroll,
                bare: scroll % 7 == 0,
                ..Panels::default()
            },
            anchor,
            text,
            open,
            ascii,
            selected,
        },
    )
}

/// All that is tried.
#[derive(Debug)]
struct Choices {
    size: (u16, u16),
    focus: Focus,
    panels: Panels,
    anchor: Anchor,
    text: String,
    open: bool,
    ascii: bool,
    selected: isize,
}

impl Choices {
    fn state(&self) -> State {
        let mut state = scene::traffic(self.size.0, self.size.1);
        state.focus = self.focus;
        state.panels = self.panels.clone();
        state.settings.ascii = self.ascii;
        state.inbox.move_by(self.selected);
        state.composer.set(&self.text);
        if self.open {
            let view = state.threads.open(ConversationKey(0));
            view.anchor = self.anchor;
            view.thread.insert(scene::message(99, Direction::Inbound, 1, scene::text(&self.text)));
            rows::follow(&mut state);
        } else {
            state.open = None;
        }
        state
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_screen_can_be_drawn(choices in any_choices()) {
        let buffer = drawn(&choices.state());
        for cell in buffer.content() {
            prop_assert!(!cell.symbol().contains(char::is_control), "{:?}", cell.symbol());
        }
        // a wide character is followed by a blank cell and never hangs over the right edge
        for y in 0..buffer.area.height {
            for x in 0..buffer.area.width {
                if crate::text::width(buffer[(x, y)].symbol()) > 1 {
                    prop_assert!(x + 1 < buffer.area.width);
                    prop_assert_eq!(buffer[(x + 1, y)].symbol(), " ");
                }
            }
        }
    }
}

#[test]
fn a_frame_of_another_size_than_the_state_knows_is_no_trouble() {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    let state = scene::open(200, 60);
    let mut terminal = Terminal::new(TestBackend::new(50, 10)).unwrap();
    terminal.draw(|frame| crate::ui::draw(&state, frame)).unwrap();
}
