//! Outlines deflated by how often each byte stands in them alone (RFC 1950, RFC 1951). They hardly repeat themselves: to
//! look for what does takes nine times as long as all the rest and makes them a twentieth smaller.

use libdeflater::adler32;

/// So many bytes share a code: what a code takes to be told is a tenth of a percent of them.
const BLOCK: usize = 1 << 16;
/// The symbol that ends a block.
const END: usize = 256;
/// No code is longer (RFC 1951 3.2.7): of symbols, and of the lengths of their codes.
const LONGEST: usize = 15;
const LONGEST_OF_LENGTHS: usize = 7;
/// The order in which the lengths of the codes of lengths stand (RFC 1951 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A zlib stream of these bytes, without matches.
pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    // Deflate with a window of 32 KB, no preset dictionary, the fastest algorithm.
    [0x78, 0x01].into_iter().for_each(|byte| out.add(byte, u8::BITS));
    let last = bytes.len().saturating_sub(1) / BLOCK * BLOCK;
    bytes[..last].chunks(BLOCK).for_each(|block| write_block(&mut out, block, false));
    write_block(&mut out, &bytes[last..], true);
    let mut out = out.finish();
    out.extend_from_slice(&adler32(bytes).to_be_bytes());
    out
}

fn write_block(out: &mut Bits, block: &[u8], last: bool) {
    let mut counts = [0; END + 1];
    block.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    counts[END] = 1;
    let lengths: [u8; END + 1] = code_lengths(counts, LONGEST);
    // A block with codes of its own: 257 of them, two of distances, 19 of lengths.
    for (value, bits) in [(u64::from(last), 1), (2, 2), (0, 5), (1, 5), (15, 4)] {
        out.add(value, bits);
    }
    // No distance is used; readers expect two codes all the same.
    let told = lengths.iter().copied().chain([1, 1]);
    let mut counts = [0; ORDER.len()];
    told.clone().for_each(|length| counts[usize::from(length)] += 1);
    let lengths_of_lengths = code_lengths(counts, LONGEST_OF_LENGTHS);
    ORDER.iter().for_each(|&length| out.add(u64::from(lengths_of_lengths[length]), 3));
    let codes = codes(&lengths_of_lengths);
    told.for_each(|length| out.code(codes[usize::from(length)]));
    let codes = self::codes(&lengths);
    out.codes(block, &codes);
    out.code(codes[END]);
}

/// A symbol's code, its first bit lowest, as it is written. A symbol that is not there has none.
#[derive(Clone, Copy, Default)]
struct Code {
    bits: u16,
    length: u8,
}

/// The lengths of a prefix code for symbols that stand so often (Huffman 1952), none longer than `longest`: where one
/// would be, what is rare is taken to be more often than it is. At least two symbols have a code.
fn code_lengths<const N: usize>(mut counts: [u32; N], longest: usize) -> [u8; N] {
    for symbol in 0..N {
        if counts.iter().filter(|count| **count > 0).count() >= 2 {
            break;
        }
        counts[symbol] = counts[symbol].max(1);
    }
    loop {
        let lengths = unbounded_lengths(&counts);
        if lengths.iter().all(|length| usize::from(*length) <= longest) {
            return lengths;
        }
        counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
    }
}

fn unbounded_lengths<const N: usize>(counts: &[u32; N]) -> [u8; N] {
    let mut leaves: Vec<(u32, usize)> =
        counts.iter().zip(0..).filter(|(count, _)| **count > 0).map(|(count, symbol)| (*count, symbol)).collect();
    leaves.sort_unstable();
    // Nodes: the leaves, then what two of them are joined to, whose counts grow too: the least is at the front of either.
    let mut nodes: Vec<u32> = leaves.iter().map(|leaf| leaf.0).collect();
    let mut parents = vec![0; 2 * leaves.len()];
    let (mut leaf, mut joined) = (0, leaves.len());
    for node in leaves.len()..2 * leaves.len() - 1 {
        let mut count = 0;
        for _ in 0..2 {
            let of_leaf = leaf < leaves.len() && (joined == nodes.len() || nodes[leaf] <= nodes[joined]);
            let least = if of_leaf { &mut leaf } else { &mut joined };
            count += nodes[*least];
            parents[*least] = node;
            *least += 1;
        }
        nodes.push(count);
    }
    let mut depths = vec![0_u8; nodes.len()];
    for node in (0..nodes.len() - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    let mut lengths = [0; N];
    for ((_, symbol), depth) in leaves.iter().zip(depths) {
        lengths[*symbol] = depth;
    }
    lengths
}

/// The codes of these lengths (RFC 1951 3.2.2).
fn codes<const N: usize>(lengths: &[u8; N]) -> [Code; N] {
    let mut next = [0_u16; LONGEST + 2];
    lengths.iter().filter(|length| **length > 0).for_each(|length| next[usize::from(*length) + 1] += 1);
    for length in 1..next.len() {
        next[length] = (next[length] + next[length - 1]) << 1;
    }
    lengths.map(|length| match length {
        0 => Code::default(),
        length => {
            let code = &mut next[usize::from(length)];
            *code += 1;
            Code { bits: (*code - 1).reverse_bits() >> (u16::BITS - u32::from(length)), length }
        }
    })
}

/// Bits, the lowest of a byte first.
#[derive(Default)]
struct Bits {
    /// What is written, and room for more.
    bytes: Vec<u8>,
    /// How many bytes are written.
    written: usize,
    /// The bits that fill no byte yet, and how many they are.
    pending: u64,
    count: u32,
}

impl Bits {
    fn code(&mut self, code: Code) {
        self.add(u64::from(code.bits), u32::from(code.length));
    }

    /// Adds up to 56 bits.
    fn add(&mut self, bits: u64, count: u32) {
        self.room_for(count as usize);
        self.pending |= bits << self.count;
        self.count += count;
        self.write();
    }

    /// Adds the codes of these bytes, three at a time: 45 bits at most.
    fn codes(&mut self, bytes: &[u8], codes: &[Code; END + 1]) {
        self.room_for(bytes.len() * LONGEST);
        let threes = bytes.chunks_exact(3);
        let rest = threes.remainder();
        for three in threes {
            for byte in three {
                let code = codes[usize::from(*byte)];
                self.pending |= u64::from(code.bits) << self.count;
                self.count += u32::from(code.length);
            }
            self.write();
        }
        rest.iter().for_each(|byte| self.code(codes[usize::from(*byte)]));
    }

    fn room_for(&mut self, bits: usize) {
        let end = self.written + bits / 8 + 2 * size_of::<u64>();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
    }

    fn write(&mut self) {
        self.bytes[self.written..self.written + size_of::<u64>()].copy_from_slice(&self.pending.to_le_bytes());
        self.written += (self.count / 8) as usize;
        self.pending >>= self.count & !7;
        self.count &= 7;
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.add(0, 8 - self.count);
        }
        self.bytes.truncate(self.written);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    fn read(stream: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        ZlibDecoder::new(stream).read_to_end(&mut bytes).expect("a zlib stream");
        bytes
    }

    proptest! {
        #[test]
        fn another_reader_reads_what_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..3000), few in 1_u8..=255) {
            let few: Vec<u8> = bytes.iter().map(|byte| byte % few).collect();
            prop_assert_eq!(read(&deflated(&bytes)), bytes);
            prop_assert_eq!(read(&deflated(&few)), few);
        }
    }

    #[test]
    fn no_code_is_too_long_however_rare_its_byte() {
        // Each byte stands as often as the two before it: the rarest would have the longest code there is.
        let mut counts = vec![1_usize, 1];
        while counts.len() < 20 {
            counts.push(counts[counts.len() - 1] + counts[counts.len() - 2]);
        }
        let bytes: Vec<u8> = (0..).zip(&counts).flat_map(|(byte, count)| vec![byte; *count]).collect();
        assert!(bytes.len() < BLOCK);
        assert_eq!(read(&deflated(&bytes)), bytes);
    }

    #[test]
    fn every_block_has_its_own_code() {
        let bytes: Vec<u8> = (0..3 * BLOCK).map(|at| ((at / BLOCK) as u8) << 6 | (at % 7) as u8).collect();
        let stream = deflated(&bytes);
        assert_eq!(read(&stream), bytes);
        assert!(stream.len() < bytes.len() / 2, "seven bytes of a block need three bits");
        assert_eq!(read(&deflated(&bytes[..BLOCK])), bytes[..BLOCK]);
    }
}
