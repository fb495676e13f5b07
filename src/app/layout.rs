//! Where each part of the screen stands: pure geometry, the same for drawing, for scrolling and for the mouse.
//!
//! From 120 columns three panes stand side by side; from 80 the list and the thread, with the details on demand in
//! the place of the one that has not the focus; below that one pane at a time. A screen that is too small says so.

use ratatui::layout::Rect;

use super::state::{Focus, State, TrafficSize, Widths};
use super::writing;
use crate::text;

/// Fewer columns than this show nothing but "too small".
pub const LEAST_COLUMNS: u16 = 40;
/// From so many columns on, list and thread stand side by side.
pub const TWO_PANES: u16 = 80;
/// From so many columns on, the details stand beside them.
pub const THREE_PANES: u16 = 120;
/// No divider is moved so far that a list or the details have fewer columns.
const LEAST_SIDE: u16 = 24;
/// Or the thread.
const LEAST_THREAD: u16 = 40;
/// Fewer rows than this show nothing but "too small".
pub const LEAST_ROWS: u16 = 6;

/// What the list of conversations consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListParts {
    /// Its heading.
    pub heading: Rect,
    /// The row for messages that could not be routed, when there are any.
    pub unrouted: Option<Rect>,
    /// The conversations.
    pub rows: Rect,
    /// Rows that each of them takes: 2, or 1 where there is little height.
    pub each: u16,
    /// The filter, or how many there are.
    pub foot: Option<Rect>,
}

impl ListParts {
    /// How many conversations fit.
    pub fn page(&self) -> usize {
        usize::from(self.rows.height / self.each.max(1)).max(1)
    }
}

/// What the composer consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComposerParts {
    /// Who will get it.
    pub heading: Rect,
    /// Why the last text came back.
    pub refusal: Option<Rect>,
    /// What goes along with the text: a quote, a file; a row each.
    pub along: Option<Rect>,
    /// What is written, without the prompt sign.
    pub text: Rect,
}

/// Where everything stands. What is `None` is not on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rects {
    /// The whole screen.
    pub screen: Rect,
    /// There is room for nothing but a word about that.
    pub too_small: bool,
    /// The session, the profile and the counts.
    pub status: Rect,
    /// The list.
    pub list: Option<Rect>,
    /// Its parts.
    pub list_parts: Option<ListParts>,
    /// The open conversation in one line.
    pub thread_heading: Option<Rect>,
    /// Its messages.
    pub thread: Option<Rect>,
    /// Where the agent writes, while a conversation is open.
    pub composer: Option<Rect>,
    /// Its parts.
    pub composer_parts: Option<ComposerParts>,
    /// The details, with their heading in the first row.
    pub details: Option<Rect>,
    /// The lines between panes, from their headings down.
    pub separators: [Option<Rect>; 2],
    /// The traffic panel, with its heading in the first row.
    pub traffic: Option<Rect>,
    /// Keys, or a notice.
    pub footer: Rect,
    /// Where overlays stand: everything but status and footer.
    pub overlay: Rect,
}

/// What the geometry depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Columns of the terminal.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
    /// Where keys go.
    pub focus: Focus,
    /// The details: asked for, sent away, or shown where there is room.
    pub details: Option<bool>,
    /// Columns that the user gave.
    pub widths: Widths,
    /// The details were entered from the list.
    pub from_list: bool,
    /// The thread stands alone, without borders.
    pub bare: bool,
    /// How much the traffic panel takes.
    pub traffic: TrafficSize,
    /// A conversation is open.
    pub open: bool,
    /// There are messages that could not be routed.
    pub unrouted: bool,
    /// There is something to say about the last text.
    pub refused: bool,
    /// So many rows go along with the text: a quote, a file.
    pub along: u16,
}

/// How many rows a text takes in so many columns, at most so many.
pub trait RowsOf {
    /// What is written in the composer.
    fn written(&self, columns: usize, most: usize) -> usize;
    /// Why the last text came back.
    fn refusal(&self, columns: usize, most: usize) -> usize;
}

impl RowsOf for State {
    fn written(&self, columns: usize, most: usize) -> usize {
        writing::written(&self.composer.area, columns, most).rows.len()
    }

    fn refusal(&self, columns: usize, most: usize) -> usize {
        self.composer.refusal.as_ref().map_or(0, |words| text::wrap(words, columns).len().min(most))
    }
}

/// Where everything stands on the present screen.
pub fn rects(state: &State) -> Rects {
    let shape = Shape {
        columns: state.size.0,
        rows: state.size.1,
        focus: state.focus,
        details: state.panels.details,
        widths: state.panels.widths,
        from_list: state.panels.details_from_list,
        bare: state.panels.bare,
        traffic: state.panels.traffic,
        open: state.open.is_some(),
        unrouted: !state.unrouted.is_empty(),
        refused: state.composer.refusal.is_some(),
        along: u16::from(state.composer.along.file.is_some()) + u16::from(state.composer.along.quote.is_some()),
    };
    place(&shape, state)
}

/// Where everything stands on a screen of this shape.
pub fn place(shape: &Shape, rows_of: &impl RowsOf) -> Rects {
    let screen = Rect::new(0, 0, shape.columns, shape.rows);
    let mut out = Rects {
        screen,
        too_small: shape.columns < LEAST_COLUMNS || shape.rows < LEAST_ROWS,
        status: Rect { height: screen.height.min(1), ..screen },
        list: None,
        list_parts: None,
        thread_heading: None,
        thread: None,
        composer: None,
        composer_parts: None,
        details: None,
        separators: [None, None],
        traffic: None,
        footer: Rect { y: screen.height.saturating_sub(1), height: screen.height.min(1), ..screen },
        overlay: screen,
    };
    if out.too_small {
        return out;
    }
    let mut body = Rect { y: 1, height: screen.height - 2, ..screen };
    out.overlay = body;
    if shape.bare && shape.open {
        out.thread = Some(Rect { height: screen.height - 1, ..screen });
        out.status.height = 0;
        return out;
    }
    match shape.traffic {
        TrafficSize::Hidden => {}
        // where half would leave neither part of use, the panel takes all
        TrafficSize::Half if body.height >= 16 => {
            let height = (body.height / 2).clamp(8, 30);
            body.height -= height;
            out.traffic = Some(Rect { y: body.bottom(), height, ..body });
        }
        TrafficSize::Half | TrafficSize::Full => {
            out.traffic = Some(body);
            return out;
        }
    }
    panes(shape, body, &mut out);
    if let Some(thread) = out.thread
        && shape.open
    {
        let parts = composer(shape, thread, rows_of);
        let height = parts.heading.y - thread.y;
        out.composer = Some(below(thread, height));
        out.composer_parts = Some(parts);
        out.thread = Some(Rect { height, ..thread });
    }
    out
}

fn panes(shape: &Shape, body: Rect, out: &mut Rects) {
    let in_list = match shape.focus {
        Focus::List | Focus::Filter => true,
        Focus::Details => shape.from_list || !shape.open,
        Focus::Thread | Focus::Composer | Focus::Traffic => false,
    };
    let wanted = shape.details;
    let (list, thread, details);
    if shape.columns >= THREE_PANES && wanted != Some(false) {
        let left = shape.widths.list.unwrap_or((shape.columns * 26 / 100).clamp(32, 46));
        let left = left.clamp(LEAST_SIDE, shape.columns - LEAST_SIDE - LEAST_THREAD - 2);
        let right = shape.widths.details.unwrap_or((shape.columns / 4).clamp(30, 44));
        let right = right.clamp(LEAST_SIDE, shape.columns - left - LEAST_THREAD - 2);
        let (one, rest) = cut(body, left);
        let (two, three) = cut(rest, rest.width - right - 1);
        (list, thread, details) = (Some(one), Some(two), Some(three));
        out.separators = [Some(line_after(one)), Some(line_after(two))];
    } else if shape.columns >= TWO_PANES {
        let left = shape.widths.list.unwrap_or((shape.columns * 35 / 100).clamp(28, 46));
        let left = left.clamp(LEAST_SIDE, shape.columns - LEAST_THREAD - 1);
        let (one, two) = cut(body, left);
        (list, thread, details) = match wanted {
            Some(true) if in_list => (Some(one), None, Some(two)),
            Some(true) => (None, Some(two), Some(one)),
            _ => (Some(one), Some(two), None),
        };
        out.separators = [Some(line_after(one)), None];
    } else {
        (list, thread, details) = match shape.focus {
            Focus::Details => (None, None, Some(body)),
            _ if in_list => (Some(body), None, None),
            _ => (None, Some(body), None),
        };
    }
    out.details = details;
    out.list = list;
    out.list_parts = list.map(|area| list_parts(shape, area));
    if let Some(area) = thread {
        out.thread_heading = Some(Rect { height: 1, ..area });
        out.thread = Some(below(area, 1));
    }
}

fn list_parts(shape: &Shape, area: Rect) -> ListParts {
    let mut rows = below(area, 1);
    let unrouted = (shape.unrouted && rows.height > 1).then_some(Rect { height: 1, ..rows });
    if unrouted.is_some() {
        rows = below(rows, 1);
    }
    let foot = (rows.height > 3).then(|| Rect { y: rows.bottom() - 1, height: 1, ..rows });
    if foot.is_some() {
        rows.height -= 1;
    }
    let each = if rows.height >= 10 { 2 } else { 1 };
    ListParts { heading: Rect { height: 1, ..area }, unrouted, rows, each, foot }
}

fn composer(shape: &Shape, thread: Rect, rows_of: &impl RowsOf) -> ComposerParts {
    // a margin, the prompt sign and a space before the text, a margin behind it
    let columns = thread.width.saturating_sub(4);
    let fits = usize::from(thread.height / 4).min(3);
    let refusal = if shape.refused { rows_of.refusal(usize::from(columns), fits).min(fits) } else { 0 };
    let refusal = u16::try_from(refusal).unwrap_or(0);
    let along = shape.along.min(thread.height.saturating_sub(2 + refusal));
    let most = (thread.height / 2).saturating_sub(1 + refusal + along).clamp(1, 8);
    let rows = rows_of.written(usize::from(columns), usize::from(most)).clamp(1, usize::from(most));
    let rows = u16::try_from(rows).unwrap_or(1);
    let height = (1 + refusal + along + rows).min(thread.height);
    let heading = Rect { y: thread.bottom() - height, height: height.min(1), ..thread };
    let refusal_rect = (refusal > 0).then(|| Rect { y: heading.y + 1, height: refusal, ..heading });
    let along_rect = (along > 0).then(|| Rect { y: heading.y + 1 + refusal, height: along, ..heading });
    let text = Rect {
        x: thread.x + thread.width.min(3),
        y: (heading.y + 1 + refusal + along).min(thread.bottom()),
        width: columns,
        height: rows.min(thread.height.saturating_sub(1)),
    };
    ComposerParts { heading, refusal: refusal_rect, along: along_rect, text }
}

/// The first of so many columns, and what is right of the line after them.
fn cut(area: Rect, columns: u16) -> (Rect, Rect) {
    let left = columns.min(area.width);
    let right = (left + 1).min(area.width);
    (Rect { width: left, ..area }, Rect { x: area.x + right, width: area.width - right, ..area })
}

fn line_after(area: Rect) -> Rect {
    Rect { x: area.right(), width: 1, ..area }
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// The first conversation that a list of `page` rows shows so that the selected one is among them. It depends on
/// nothing else, and moves by half a page, so that moving the selection seldom repaints the list.
pub fn list_top(selected: Option<usize>, len: usize, page: usize) -> usize {
    let page = page.max(1);
    let selected = selected.unwrap_or(0);
    let step = page.div_ceil(2);
    let top = if selected < page { 0 } else { ((selected - page) / step + 1) * step };
    top.min(len.saturating_sub(page))
}

/// How far a page key moves: conversations, rows of the thread, or events.
pub fn page(state: &State) -> usize {
    let rects = rects(state);
    match state.focus {
        Focus::List | Focus::Filter => rects.list_parts.map_or(10, |parts| parts.page()),
        Focus::Thread | Focus::Composer => rects.thread.map_or(10, |area| usize::from(area.height.saturating_sub(2))),
        Focus::Details => rects.details.map_or(10, |area| usize::from(area.height.saturating_sub(2))),
        Focus::Traffic => rects.traffic.map_or(10, |area| usize::from(area.height / 2)),
    }
    .max(1)
}

/// The same for a list whose newest row is at its end and which is followed unless a row is chosen.
pub fn tail_top(chosen: Option<usize>, len: usize, page: usize) -> usize {
    match chosen {
        Some(chosen) => list_top(Some(len.saturating_sub(1).saturating_sub(chosen)), len, page),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(columns: u16, rows: u16) -> Shape {
        Shape {
            columns,
            rows,
            focus: Focus::List,
            details: None,
            widths: Widths::default(),
            from_list: false,
            bare: false,
            traffic: TrafficSize::Hidden,
            open: true,
            unrouted: false,
            refused: false,
            along: 0,
        }
    }

    /// Text of so many rows, and a refusal of as many.
    struct Rows(usize);

    impl RowsOf for Rows {
        fn written(&self, _: usize, most: usize) -> usize {
            self.0.min(most)
        }

        fn refusal(&self, _: usize, most: usize) -> usize {
            self.0.min(most)
        }
    }

    #[test]
    fn three_panes_two_panes_one_pane() {
        let wide = place(&shape(120, 40), &Rows(1));
        assert!(wide.list.is_some() && wide.thread.is_some() && wide.details.is_some());
        let middle = place(&shape(80, 24), &Rows(1));
        assert!(middle.list.is_some() && middle.thread.is_some() && middle.details.is_none());
        let narrow = place(&shape(79, 24), &Rows(1));
        assert!(narrow.list.is_some() && narrow.thread.is_none());
        let narrow = place(&Shape { focus: Focus::Composer, ..shape(79, 24) }, &Rows(1));
        assert!(narrow.list.is_none() && narrow.thread.is_some() && narrow.composer.is_some());
        assert!(place(&shape(39, 24), &Rows(1)).too_small);
        assert!(place(&shape(80, 5), &Rows(1)).too_small);
    }

    #[test]
    fn details_take_the_place_of_the_pane_without_the_focus() {
        let list = place(&Shape { details: Some(true), ..shape(100, 30) }, &Rows(1));
        assert!(list.list.is_some() && list.thread.is_none() && list.details.is_some());
        let thread = place(&Shape { details: Some(true), focus: Focus::Thread, ..shape(100, 30) }, &Rows(1));
        assert!(thread.list.is_none() && thread.thread.is_some() && thread.details.is_some());
        let none = place(&Shape { details: Some(false), ..shape(200, 30) }, &Rows(1));
        assert!(none.details.is_none());
    }

    #[test]
    fn the_selected_row_is_always_in_view_and_the_last_page_is_full() {
        for page in 1..12 {
            for len in 0..40_usize {
                for selected in 0..len {
                    let top = list_top(Some(selected), len, page);
                    assert!((top..top + page).contains(&selected), "{selected} of {len}, page {page}: {top}");
                    assert!(top + page <= len.max(page));
                }
            }
        }
    }

    fn any_shape() -> impl Strategy<Value = Shape> {
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
        let given = (proptest::option::of(0..400_u16), proptest::option::of(0..400_u16));
        let yes = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
        ((1..=300_u16, 1..=100_u16), focus, details, traffic, given, yes, 0..=2_u16).prop_map(
            |((columns, rows), focus, details, traffic, given, (open, unrouted, refused, from_list, bare), along)| {
                Shape {
                    columns,
                    rows,
                    focus,
                    details,
                    widths: Widths { list: given.0, details: given.1 },
                    from_list,
                    bare,
                    traffic,
                    open,
                    unrouted,
                    refused,
                    along,
                }
            },
        )
    }

    fn parts(rects: &Rects) -> Vec<Rect> {
        let mut parts = vec![rects.status, rects.footer];
        if let Some(list) = rects.list_parts {
            parts.extend([list.heading, list.rows]);
            parts.extend(list.unrouted);
            parts.extend(list.foot);
        }
        parts.extend(rects.thread_heading);
        parts.extend(rects.thread);
        if let Some(composer) = rects.composer_parts {
            parts.extend([composer.heading, composer.text]);
            parts.extend(composer.refusal);
            parts.extend(composer.along);
        }
        parts.extend(rects.details);
        parts.extend(rects.traffic);
        parts.extend(rects.separators.into_iter().flatten());
        parts
    }

    proptest! {
        #[test]
        fn parts_lie_on_the_screen_and_never_over_each_other(shape in any_shape(), text in 1..12_usize) {
            let rects = place(&shape, &Rows(text));
            let parts = parts(&rects);
            for part in &parts {
                prop_assert_eq!(rects.screen.intersection(*part), *part);
            }
            if !rects.too_small {
                for (index, part) in parts.iter().enumerate() {
                    for other in parts.iter().skip(index + 1) {
                        prop_assert!(part.intersection(*other).is_empty(), "{part:?} {other:?}");
                    }
                }
                prop_assert!(rects.traffic.is_some() || rects.list.is_some() || rects.thread.is_some() || rects.details.is_some());
            }
        }
    }
}
