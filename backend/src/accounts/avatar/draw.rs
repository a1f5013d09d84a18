//! Drawn pictures: four by four tiles of plain shapes, mirrored, in three colours of the deep sea.
//!
//! A hash always gives the same picture. Two people rarely look alike: eight tiles of eight shapes and two colours, times
//! the palettes.

use std::fmt::Write as _;

/// Background, shapes, and a few shapes that stand out. Each has enough contrast to be told apart at 22 pixels.
const PALETTES: [[&str; 3]; 14] = [
    ["#0f2f4a", "#4fb3bf", "#f2d492"],
    ["#123f4d", "#36b39a", "#d7f0e4"],
    ["#1d3461", "#7aa5ee", "#f6c177"],
    ["#0b4f5f", "#7fd6cf", "#ffd479"],
    ["#2d2f63", "#938fe6", "#f3d9fa"],
    ["#15506d", "#63cbe8", "#fbe9c0"],
    ["#1c4d42", "#70cba0", "#eef7c9"],
    ["#3b3159", "#bb97dc", "#fce2b8"],
    ["#103a57", "#9fc9e4", "#ff9e6d"],
    ["#4b2942", "#e58d92", "#fde3c8"],
    ["#d8edf2", "#1b6a86", "#e08a2e"],
    ["#e2efe6", "#1f7a63", "#274c77"],
    ["#e6e8f8", "#4a52a8", "#d9683d"],
    ["#f6ead2", "#1f5673", "#b3503c"],
];

/// Tiles a side, and their size.
const SIDE: u8 = 4;
const TILE: u8 = 20;

/// The picture of a hash, as an SVG file of under two kilobytes.
pub(super) fn svg(hash: &[u8; 32]) -> String {
    let [ground, shape, accent] = PALETTES[usize::from(hash[31]) % PALETTES.len()];
    let mut plain = String::new();
    let mut bright = String::new();
    for row in 0..SIDE {
        for column in 0..SIDE / 2 {
            let byte = hash[usize::from(row * (SIDE / 2) + column)];
            // A quarter of the tiles stand out.
            let path = if byte >> 6 == 0 { &mut bright } else { &mut plain };
            tile(path, byte % 8, column, row, false);
            tile(path, byte % 8, SIDE - 1 - column, row, true);
        }
    }
    let size = SIDE * TILE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"{size}\" height=\"{size}\">\
         <path fill=\"{ground}\" d=\"M0 0h{size}v{size}H0z\"/>\
         <path fill=\"{shape}\" d=\"{plain}\"/><path fill=\"{accent}\" d=\"{bright}\"/></svg>"
    )
}

/// Adds one tile to a path. On the right half each shape is the mirror image of its twin.
fn tile(path: &mut String, shape: u8, column: u8, row: u8, mirrored: bool) {
    let (left, top) = (column * TILE, row * TILE);
    // Corners in reading order; mirrored, left and right change places.
    let corner = |right: bool, bottom: bool| {
        let right = right != mirrored;
        (
            left + if right { TILE } else { 0 },
            top + if bottom { TILE } else { 0 },
        )
    };
    match shape {
        // The sea.
        0 | 1 => {}
        2 => square(path, left, top),
        3 => disc(path, left, top),
        4 => quarter(
            path,
            [corner(false, false), corner(true, false), corner(false, true)],
            !mirrored,
        ),
        5 => quarter(
            path,
            [corner(true, false), corner(true, true), corner(false, false)],
            !mirrored,
        ),
        6 => quarter(
            path,
            [corner(true, true), corner(false, true), corner(true, false)],
            !mirrored,
        ),
        _ => quarter(
            path,
            [corner(false, true), corner(false, false), corner(true, true)],
            !mirrored,
        ),
    }
}

fn square(path: &mut String, left: u8, top: u8) {
    put(path, format_args!("M{left} {top}h{TILE}v{TILE}h-{TILE}z"));
}

fn disc(path: &mut String, left: u8, top: u8) {
    let (middle, radius) = (top + TILE / 2, TILE * 2 / 5);
    let (start, across) = (left + TILE / 10, radius * 2);
    put(
        path,
        format_args!(
            "M{start} {middle}a{radius} {radius} 0 1 0 {across} 0a{radius} {radius} 0 1 0-{across} 0z"
        ),
    );
}

/// A quarter of a disc whose middle is the first corner.
fn quarter(path: &mut String, [(x, y), (x1, y1), (x2, y2)]: [(u8, u8); 3], clockwise: bool) {
    let sweep = u8::from(clockwise);
    put(
        path,
        format_args!("M{x} {y}L{x1} {y1}A{TILE} {TILE} 0 0 {sweep} {x2} {y2}z"),
    );
}

fn put(path: &mut String, shape: std::fmt::Arguments<'_>) {
    path.write_fmt(shape).expect("writing to a String cannot fail");
}
