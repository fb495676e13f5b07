//! Styles by purpose: what a thing means, not what colour it has. Themes are data in `assets/themes/` and in the
//! user's `themes/` directory; colours are brought down to what the terminal can show.

mod colour;
mod load;
#[cfg(test)]
mod tests;

pub use colour::ColourDepth;
pub use load::{BUILT_IN_THEMES, RawStyle, ThemeFile};

use ratatui::style::Style;

/// Declares every style once: group, field, meaning (the doc comment).
macro_rules! theme {
    ($( #[doc = $group_doc:literal] $group:ident: $type:ident { $( #[doc = $doc:literal] $name:ident, )* } )*) => {
        $(
            #[doc = $group_doc]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
            pub struct $type { $( #[doc = $doc] pub $name: Style, )* }
        )*

        /// Every style of the screen, by purpose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Theme { $( #[doc = $group_doc] pub $group: $type, )* }

        impl Theme {
            /// Every style by group and name, with its meaning.
            pub const NAMES: &'static [(&'static str, &'static str, &'static str)] =
                &[ $($( (stringify!($group), stringify!($name), $doc), )*)* ];

            /// Every group by name.
            pub(super) const GROUPS: &'static [&'static str] = &[ $( stringify!($group), )* ];

            /// Replaces every style by what `change` makes of it; the first error ends it.
            pub(super) fn try_map<E>(
                &self,
                mut change: impl FnMut(&'static str, &'static str, Style) -> Result<Style, E>,
            ) -> Result<Self, E> {
                Ok(Self { $( $group: $type {
                    $( $name: change(stringify!($group), stringify!($name), self.$group.$name)?, )*
                }, )* })
            }
        }
    };
}

theme! {
    /// What everything is drawn on and framed by
    screen: Screen {
        /// plain text
        text,
        /// what matters less
        dim,
        /// a heading
        title,
        /// the frame of a pane
        border,
        /// the frame of the pane that has the focus
        border_focused,
        /// something to be careful about
        warning,
        /// something that failed
        error,
        /// a hit of a search
        hit,
        /// a link
        link,
    }
    /// The state of the session in the status bar
    status: Status {
        /// the bar itself
        bar,
        /// live
        live,
        /// connected but silent
        silent,
        /// connecting
        connecting,
        /// waiting for the next attempt
        waiting,
        /// offline
        offline,
        /// the backend refused the token
        signed_out,
        /// replies that wait to be sent
        queued,
        /// the mark of the demo
        demo,
    }
    /// The list of conversations
    list: List {
        /// the selected row while the list has the focus
        selected,
        /// the selected row while something else has it
        selected_unfocused,
        /// the name of the customer
        name,
        /// the name where something is unread
        name_unread,
        /// the count of unread messages
        unread,
        /// the last message
        preview,
        /// its time
        time,
        /// the mark of a draft
        draft,
        /// the row of messages that could not be routed
        unrouted,
        /// the mark of a message that no event brought
        missed,
    }
    /// The open thread
    thread: Thread {
        /// who wrote an inbound message
        inbound_name,
        /// an inbound message
        inbound,
        /// who wrote an outbound message
        outbound_name,
        /// an outbound message
        outbound,
        /// a note to the team
        note,
        /// the time of a message
        time,
        /// the separator of days
        day,
        /// the divider above what is new
        new_divider,
        /// a stretch that may have been missed
        gap,
        /// media and other things that are not text
        media,
        /// a reaction
        reaction,
        /// a message that failed, with its reason
        failed,
        /// the selected message
        selected,
        /// "n new below"
        new_below,
        /// that the customer is typing
        typing,
    }
    /// The delivery marks of an outbound message
    ticks: Ticks {
        /// waiting in the outbox
        queued,
        /// on its way
        sending,
        /// accepted by the channel
        sent,
        /// arrived
        delivered,
        /// read
        read,
        /// failed
        failed,
        /// its fate is not known
        unconfirmed,
    }
    /// The composer and prompts
    composer: Composer {
        /// what is typed
        text,
        /// who will get it
        recipient,
        /// the frame and heading of a note
        note,
        /// what stands there while nothing is typed
        placeholder,
        /// the sign before what is typed
        prompt,
        /// the service window is about to end or has ended
        window,
    }
    /// The row of keys at the bottom
    footer: Footer {
        /// a key
        key,
        /// what it does
        text,
    }
    /// The details, the palette and other panels
    panel: Panel {
        /// the name of a field
        label,
        /// its value
        value,
        /// the selected row
        selected,
        /// a key in the help and in the palette
        key,
    }
    /// What routing decided about an event
    verdict: Verdict {
        /// routed
        ok,
        /// routed or kept with a reservation
        warn,
        /// not routed
        bad,
    }
}

impl Theme {
    /// The same theme in the colours that a terminal of this depth can show.
    pub fn for_depth(&self, depth: ColourDepth) -> Self {
        match self.try_map(|_, _, style| Ok::<Style, std::convert::Infallible>(depth.bring_down(style))) {
            Ok(theme) => theme,
            Err(never) => match never {},
        }
    }
}
