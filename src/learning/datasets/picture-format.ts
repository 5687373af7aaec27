export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';

/**
 * The format of a file by its first bytes, never by its name: what is not on the list never reaches the decoder, which
 * would also read vector graphics and documents.
 */
export function pictureFormat(bytes: Uint8Array): PictureFormat | { unsupported: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (/^RIFF[^]{4}WEBP/.test(text)) return 'webp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff';
  if (text.slice(4, 8) === 'ftyp') {
    const brands = text.slice(8);
    if (/avi[fs]/.test(brands)) return 'avif';
    return { unsupported: /hei[cx]|mif1/.test(brands) ? 'HEIC' : 'a video' };
  }
  if (text.startsWith('BM')) return { unsupported: 'BMP' };
  if (/^(\s|\ufeff|\xef\xbb\xbf)*<(\?xml|svg|!)/i.test(text)) return { unsupported: 'SVG or other markup' };
  if (text.startsWith('%PDF')) return { unsupported: 'PDF' };
  if (text.startsWith('8BPS')) return { unsupported: 'a Photoshop document' };
  if (['PK', '\x1f\x8b', '7z\xbc\xaf', 'Rar!'].some((magic) => text.startsWith(magic))) {
    return { unsupported: 'an archive' };
  }
  return { unsupported: bytes.byteLength === 0 ? 'empty' : 'of an unknown format' };
}
