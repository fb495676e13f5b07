//! Pictures in the terminal: by its own protocol where it has one, else as coloured half blocks. Nothing is asked of the
//! terminal: what it can do is guessed from the environment, like everything else.
//!
//! The bytes come from a customer. They are decoded off the event loop, by decoders for four formats alone, within bounds
//! of pixels and memory.

use std::fmt;
use std::io::{self, Cursor, Write};

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;

use crate::app::picture::Cells;

/// The largest file that is decoded.
pub const LARGEST: u64 = 32 << 20;
/// The longest side, in pixels.
const LONGEST: u32 = 16_000;
/// So many pixels at most.
const MOST_PIXELS: u64 = 64_000_000;
/// Decoding may take so much memory.
const MEMORY: u64 = 320 << 20;

/// How pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureWay {
    /// Kitty's protocol, with placeholders.
    Kitty,
    /// Sixels.
    Sixel,
    /// iTerm2's protocol.
    Iterm2,
    /// Coloured half blocks.
    Blocks,
}

/// A picture that the terminal paints: what is written, and where inside its area.
#[derive(Clone)]
pub struct Painting {
    /// Column, row and bytes.
    parts: Vec<(u16, u16, String)>,
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
    kitty: bool,
}

impl fmt::Debug for Painting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Painting").field("columns", &self.columns).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// A picture as it can be shown.
#[derive(Clone, Debug)]
pub enum Rendered {
    /// As cells.
    Cells(Cells),
    /// By the terminal.
    Painting(Painting),
}

impl Painting {
    /// Paints it with its corner at a column and row of the screen. Where the cursor is afterwards is not known.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn paint(&self, out: &mut impl Write, column: u16, row: u16) -> io::Result<()> {
        for (x, y, bytes) in &self.parts {
            write!(out, "\x1b[{};{}H{bytes}", row + y + 1, column + x + 1)?;
        }
        out.write_all(b"\x1b[0m")
    }

    /// Takes it away, where repainting the screen is not enough.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn remove(&self, out: &mut impl Write) -> io::Result<()> {
        if self.kitty { out.write_all(b"\x1b_Ga=d,d=A,q=2\x1b\\") } else { Ok(()) }
    }
}

/// Makes a picture of a file's bytes that fits into so many columns and rows; `cell` is the size of one in pixels.
///
/// # Errors
/// It is no picture, or too large a one; in words.
pub fn render(
    bytes: &[u8],
    way: PictureWay,
    (columns, rows): (u16, u16),
    cell: (u16, u16),
) -> Result<Rendered, String> {
    let picture = decode(bytes)?;
    let (columns, rows) = (columns.clamp(1, 400), rows.clamp(1, 200));
    // half blocks: a cell is one pixel wide and two high
    let cell = if way == PictureWay::Blocks { (1, 2) } else { (cell.0.clamp(2, 64), cell.1.clamp(4, 128)) };
    let (width, height) = (u32::from(columns) * u32::from(cell.0), u32::from(rows) * u32::from(cell.1));
    let picture = if picture.width() > width || picture.height() > height {
        picture.resize(width, height, image::imageops::FilterType::Triangle)
    } else {
        picture
    };
    let columns = cells(picture.width(), cell.0).min(columns);
    let rows = cells(picture.height(), cell.1).min(rows);
    if way == PictureWay::Blocks {
        return Ok(Rendered::Cells(blocks(&picture, columns, rows)));
    }
    let size = Size::new(columns, rows);
    let failed = |error: ratatui_image::errors::Errors| format!("the picture cannot be shown: {error}");
    let protocol = match way {
        PictureWay::Kitty => Protocol::Kitty(
            Kitty::new(picture, size, rand::random_range(1..0x00ff_ffff), false, false).map_err(failed)?,
        ),
        PictureWay::Sixel => Protocol::Sixel(Sixel::new(picture, size, false).map_err(failed)?),
        PictureWay::Iterm2 | PictureWay::Blocks => Protocol::ITerm2(Iterm2::new(picture, size, false).map_err(failed)?),
    };
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Image::new(&protocol).render(area, &mut buffer);
    let mut parts = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            if let Some(cell) = buffer.cell((x, y)).filter(|cell| cell.symbol().contains('\x1b')) {
                parts.push((x, y, cell.symbol().to_owned()));
            }
        }
    }
    Ok(Rendered::Painting(Painting { parts, columns, rows, kitty: way == PictureWay::Kitty }))
}

fn cells(pixels: u32, cell: u16) -> u16 {
    u16::try_from(pixels.div_ceil(u32::from(cell))).unwrap_or(u16::MAX).max(1)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let no = |_| "this is no picture that can be shown here (PNG, JPEG, WebP or GIF)".to_owned();
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(no)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || width == 0 || height == 0 {
        return Err(format!("the picture has {width} x {height} pixels, too many to show it here"));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(no)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Two pixels a cell, on black where the picture is transparent.
fn blocks(picture: &DynamicImage, columns: u16, rows: u16) -> Cells {
    let picture = picture.to_rgba8();
    let pixel = |x: u32, y: u32| {
        let found = picture.get_pixel_checked(x, y).map_or([0, 0, 0, 0], |pixel| pixel.0);
        let [red, green, blue, alpha] = found.map(u16::from);
        [red, green, blue].map(|part| u8::try_from(part * alpha / 255).unwrap_or(u8::MAX))
    };
    let cells = (0..u32::from(rows))
        .flat_map(|y| (0..u32::from(columns)).map(move |x| (x, y)))
        .map(|(x, y)| (pixel(x, 2 * y), pixel(x, 2 * y + 1)))
        .collect();
    Cells { columns, cells }
}

/// Columns and rows of a cell in pixels, as far as the terminal tells.
pub fn cell_size() -> (u16, u16) {
    const USUAL: (u16, u16) = (10, 20);
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
        && size.ws_xpixel >= size.ws_col
        && size.ws_ypixel >= size.ws_row
    {
        return (size.ws_xpixel / size.ws_col, size.ws_ypixel / size.ws_row);
    }
    USUAL
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture =
            RgbImage::from_fn(width, height, |_, y| if y * 2 < height { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn half_blocks_keep_the_shape_and_the_colours() {
        let Rendered::Cells(cells) = render(&png(40, 40), PictureWay::Blocks, (20, 20), (10, 20)).unwrap() else {
            panic!("no cells")
        };
        assert_eq!((cells.columns, cells.cells.len()), (20, 200));
        assert_eq!(cells.cells[0].0, [255, 0, 0]);
        assert_eq!(cells.cells[199].1, [0, 0, 255]);
    }

    #[test]
    fn each_protocol_stays_inside_its_area_and_ends_what_it_begins() {
        for (way, begins) in
            [(PictureWay::Kitty, "\x1b_G"), (PictureWay::Sixel, "\x1bP"), (PictureWay::Iterm2, "\x1b]1337;")]
        {
            let Rendered::Painting(painting) = render(&png(400, 300), way, (30, 10), (10, 20)).unwrap() else {
                panic!("no painting")
            };
            assert!(painting.columns <= 30 && painting.rows <= 10, "{painting:?}");
            let mut out = Vec::new();
            painting.paint(&mut out, 4, 3).unwrap();
            let text = String::from_utf8_lossy(&out);
            assert!(text.starts_with("\x1b[4;5H") && text.contains(begins) && text.ends_with("\x1b[0m"), "{way:?}");
            let mut out = Vec::new();
            painting.remove(&mut out).unwrap();
            assert_eq!(out.is_empty(), way != PictureWay::Kitty);
        }
    }

    #[test]
    fn hostile_pictures_are_refused_before_they_take_memory() {
        // a PNG whose head promises 60,000 x 60,000 pixels
        let mut bomb = png(2, 2);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        for bytes in [&b""[..], b"no picture", b"<svg onload=alert(1)>", &png(3, 3)[..40], &bomb] {
            assert!(render(bytes, PictureWay::Blocks, (20, 20), (10, 20)).is_err());
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
