import type { ImageContent } from '../timeline/content.js';

/** Tried in turn until the picture is small enough. */
const EDGES_PX = [1280, 1024, 800, 640, 480, 320, 200] as const;
const QUALITIES = [0.82, 0.68, 0.52] as const;
/** WebP where the browser can write it (it keeps transparency), else JPEG. */
const TYPES = ['image/webp', 'image/jpeg'] as const;
const SOURCE_BYTES_MAX = 40 * 1024 * 1024;
const NAME_LENGTH_MAX = 80;

/**
 * A picture of at most `bytesMax` bytes, ready to send. Every picture is drawn anew: that also leaves
 * out what cameras write beside it, such as the place. A small GIF stays as it is: it may move.
 *
 * @throws Error whose message can be shown.
 */
export async function shrinkImage(file: File, bytesMax: number): Promise<ImageContent> {
  if (!file.type.startsWith('image/')) throw new Error(`${file.name} is not a picture.`);
  if (file.size > SOURCE_BYTES_MAX) throw new Error(`${file.name} is larger than 40 MB.`);
  const name = file.name.slice(0, NAME_LENGTH_MAX) || 'picture';
  if (file.type === 'image/gif' && file.size <= bytesMax) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { kind: 'image', type: file.type, name, bytes };
  }
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} cannot be read as a picture.`);
  });
  try {
    const blob = await smallestThatFits(bitmap, bytesMax);
    return {
      kind: 'image',
      type: blob.type,
      name,
      bytes: new Uint8Array(await blob.arrayBuffer()),
    };
  } finally {
    bitmap.close();
  }
}

async function smallestThatFits(bitmap: ImageBitmap, bytesMax: number): Promise<Blob> {
  const longest = Math.max(bitmap.width, bitmap.height);
  // Edges beyond the picture's own would only repeat it in its full size.
  for (const edge of [longest, ...EDGES_PX.filter((smaller) => smaller < longest)]) {
    if (edge > EDGES_PX[0]) continue;
    const canvas = drawn(bitmap, edge / longest);
    for (const quality of QUALITIES) {
      const blob = await encoded(canvas, quality);
      if (blob && blob.size <= bytesMax) return blob;
    }
  }
  throw new Error('This picture does not get small enough to be sent.');
}

function drawn(bitmap: ImageBitmap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | undefined> {
  for (const type of TYPES) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, quality));
    // A browser that cannot write a type answers with PNG.
    if (blob?.type === type) return blob;
  }
  return undefined;
}
