//! Small valid files, made without a codec: a PNG of coloured tiles, a silent Ogg Opus recording, a one-page PDF, a
//! one-pixel WebP and an MP4 without tracks.

use sha2::{Digest, Sha256};

const WIDTH: u16 = 96;
const HEIGHT: u16 = 64;
const TILE: u16 = 8;

/// A picture of 96 by 64 pixels: tiles in colours that its name decides.
pub fn png(name: &str) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        rows.push(0); // no filter
        for x in 0..WIDTH {
            let tile = usize::from((y / TILE) * (WIDTH / TILE) + x / TILE);
            rows.push(hash.get(tile % hash.len()).map_or(0, |byte| byte % 16));
        }
    }
    let palette: Vec<u8> = (0..16u8)
        .flat_map(|step| {
            let tint = |index: usize| hash.get(index).copied().unwrap_or_default();
            [step * 16, tint(0).wrapping_add(step * 8), tint(1).wrapping_sub(step * 8)]
        })
        .collect();
    let mut header = Vec::new();
    header.extend_from_slice(&u32::from(WIDTH).to_be_bytes());
    header.extend_from_slice(&u32::from(HEIGHT).to_be_bytes());
    header.extend_from_slice(&[8, 3, 0, 0, 0]); // 8 bits, palette
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", &palette);
    chunk(&mut file, b"IDAT", &zlib_stored(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&length(data).to_be_bytes());
    let from = file.len();
    file.extend_from_slice(kind);
    file.extend_from_slice(data);
    let sum = crc_png(file.get(from..).unwrap_or_default());
    file.extend_from_slice(&sum.to_be_bytes());
}

fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}

/// A zlib stream that does not compress.
fn zlib_stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = data.chunks(0xffff);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let size = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(index == last));
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&(!size).to_le_bytes());
        out.extend_from_slice(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend_from_slice(&(b << 16 | a).to_be_bytes());
    out
}

fn crc_png(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// So many seconds of silence, at most five minutes: Opus in Ogg, as WhatsApp's voice notes are.
pub fn ogg(seconds: u16) -> Vec<u8> {
    const PACKETS_A_SECOND: u64 = 50; // of 20 ms
    const SAMPLES_A_PACKET: u64 = 960; // at 48 kHz
    const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
    const PACKETS_A_PAGE: u64 = 250;

    let mut file = Vec::new();
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend_from_slice(&0u16.to_le_bytes()); // pre-skip
    head.extend_from_slice(&48_000u32.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]); // gain, mapping family
    page(&mut file, 2, 0, 0, &[&head]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&4u32.to_le_bytes());
    tags.extend_from_slice(b"demo");
    tags.extend_from_slice(&0u32.to_le_bytes());
    page(&mut file, 0, 0, 1, &[&tags]);

    let packets = u64::from(seconds.clamp(1, 300)) * PACKETS_A_SECOND;
    let mut done = 0;
    let mut number = 2;
    while done < packets {
        let now = PACKETS_A_PAGE.min(packets - done);
        done += now;
        let last = if done == packets { 4 } else { 0 };
        let silence: Vec<&[u8]> = (0..now).map(|_| SILENCE.as_slice()).collect();
        page(&mut file, last, done * SAMPLES_A_PACKET, number, &silence);
        number += 1;
    }
    file
}

/// One Ogg page with at most 255 packets, each shorter than 255 bytes.
fn page(file: &mut Vec<u8>, flags: u8, granule: u64, number: u32, packets: &[&[u8]]) {
    let mut page = b"OggS\x00".to_vec();
    page.push(flags);
    page.extend_from_slice(&granule.to_le_bytes());
    page.extend_from_slice(&0x5eed_u32.to_le_bytes()); // the stream
    page.extend_from_slice(&number.to_le_bytes());
    let (before, sum_at) = (page.len(), 4);
    page.extend_from_slice(&[0; 4]); // its own checksum, counted as nought
    page.push(u8::try_from(packets.len()).unwrap_or(u8::MAX));
    page.extend(packets.iter().map(|packet| u8::try_from(packet.len()).unwrap_or(254)));
    for packet in packets {
        page.extend_from_slice(packet);
    }
    let sum = crc_ogg(&page).to_le_bytes();
    if let Some(place) = page.get_mut(before..before + sum_at) {
        place.copy_from_slice(&sum);
    }
    file.extend_from_slice(&page);
}

fn crc_ogg(data: &[u8]) -> u32 {
    let mut crc = 0u32;
    for byte in data {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
        }
    }
    crc
}

/// A page of A4 with the document's name on it.
pub fn pdf(name: &str) -> Vec<u8> {
    // The built-in font knows ASCII; brackets and backslashes would end the string.
    let shown: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " .-_".contains(c) { c } else { '?' }).collect();
    let text = format!("BT /F1 18 Tf 72 760 Td (Acme Home) Tj 0 -32 Td /F1 12 Tf ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let at = file.len();
    file.push_str(&table);
    file.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

/// One pixel.
pub fn webp() -> Vec<u8> {
    b"RIFF\x22\x00\x00\x00WEBPVP8 \x16\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x0e\xc0\xfe\x25\xa4\x00\
      \x03\x70\x00\x00\x00\x00"
        .to_vec()
}

/// A container that says that it is an MP4, and holds nothing.
pub fn mp4() -> Vec<u8> {
    b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08mdat".to_vec()
}
