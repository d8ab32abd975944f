/**
 * Every imported file as it lay on the disk, before anything was read from it: packed with gzip,
 * named by the SHA-256 of its bytes. So no later change of the file can take away what a figure
 * was calculated from, and quarantined rows can be tried again.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Keeps the file; whole or not at all. False where its bytes are no longer those of the digest: it was changed meanwhile. */
export async function keepInInbox(inbox: string, path: string, sha256: string): Promise<boolean> {
  const kept = inboxPath(inbox, sha256);
  if (existsSync(kept)) return true;
  await mkdir(inbox, { recursive: true });
  const folder = await mkdtemp(join(inbox, '.part-'));
  const part = join(folder, basename(kept));
  try {
    const digest = createHash('sha256');
    const digesting = new Transform({ transform(chunk: Buffer, _, done) { digest.update(chunk); done(null, chunk); } });
    // level 1: the disk is cheap beside the time of whoever waits for the import
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), digesting, createGzip({ level: 1 }), createWriteStream(part));
    if (digest.digest('hex') !== sha256) return false;
    await toDisk(part);
    await rename(part, kept);
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Unpacks a kept file to a folder of its own, calls `use` with its path, and removes it. Undefined where the inbox does not have it. */
export async function withKeptFile<T>(inbox: string, sha256: string, name: string, use: (path: string) => Promise<T>): Promise<T | undefined> {
  const kept = inboxPath(inbox, sha256);
  if (!existsSync(kept)) return undefined;
  const folder = await mkdtemp(join(inbox, '.part-'));
  const path = join(folder, basename(name));
  try {
    await pipeline(createReadStream(kept), createGunzip(), createWriteStream(path));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function inboxPath(inbox: string, sha256: string): string {
  return join(inbox, `${sha256}.gz`);
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
