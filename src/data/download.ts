/** Downloads one file from the first mirror that delivers it whole. */

import { DataError } from './dataset.js';

/** How far a download has come, in bytes; `total` is undefined when the server does not say. */
export interface DownloadProgress {
  readonly file: string;
  readonly received: number;
  readonly total: number | undefined;
}

export interface DownloadOptions<T> {
  readonly file: string;
  /** Folders to try in turn; each ends with a slash. */
  readonly mirrors: readonly string[];
  /** A body that is longer is given up. */
  readonly maxBytes: number;
  /** Checks the bytes and makes something of them; when it throws, the next mirror is tried. */
  readonly accept: (bytes: Uint8Array) => T | Promise<T>;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** How long a server may stay silent, in milliseconds, before the next one is tried. Default: 15,000. */
  readonly timeoutMs?: number;
}

/**
 * What `accept` made of the first good copy, and the copy itself.
 *
 * Throws DataError with each mirror's reason when none delivers, and the signal's reason when aborted.
 */
export async function download<T>(
  options: DownloadOptions<T>,
): Promise<{ value: T; bytes: Uint8Array }> {
  const { file, mirrors, signal, accept } = options;
  const failures: string[] = [];
  for (const mirror of mirrors) {
    signal?.throwIfAborted();
    const url = mirror + file;
    try {
      const bytes = await fetchBytes(url, options);
      return { value: await accept(bytes), bytes };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${url}: ${reasonOf(error)}`);
    }
  }
  throw new DataError(
    `${file}: no mirror delivered it (${failures.join('; ') || 'no mirrors given'}); ` +
      'check the network, or try again later',
  );
}

/** Whether one of the mirrors sends the first `bytes` of a file in time; never throws. */
export async function answersQuickly(
  file: string,
  options: { mirrors: readonly string[]; bytes: number; timeoutMs: number },
): Promise<boolean> {
  const { mirrors, bytes, timeoutMs } = options;
  const done = new AbortController();
  const timer = setTimeout(() => done.abort(), timeoutMs);
  const probe = async (mirror: string): Promise<true> => {
    const headers = { range: `bytes=0-${bytes - 1}`, 'accept-encoding': 'identity' };
    const response = await fetch(mirror + file, { signal: done.signal, headers });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const reader = response.body.getReader();
    for (let received = 0; received < bytes; ) {
      const { done: ended, value } = await reader.read();
      if (ended) throw new Error('the body ended early');
      received += value.length;
    }
    return true;
  };
  try {
    return await Promise.any(mirrors.map(probe));
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}

async function fetchBytes<T>(url: string, options: DownloadOptions<T>): Promise<Uint8Array> {
  const { file, maxBytes, onProgress, signal, timeoutMs = 15_000 } = options;
  const silence = new AbortController();
  const giveUp = () =>
    silence.abort(new DataError(`the server was silent for ${timeoutMs / 1000} s`));
  let timer = setTimeout(giveUp, timeoutMs);
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      // Some servers would otherwise pack the gzip file once more, and `total` would be wrong.
      headers: { 'accept-encoding': 'identity' },
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DataError(`${response.status} ${response.statusText}`.trim());
    }
    const total = Number(response.headers.get('content-length')) || undefined;
    const chunks: Uint8Array[] = [];
    let received = 0;
    onProgress?.({ file, received, total });
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs);
      chunks.push(value);
      received += value.length;
      if (received > maxBytes) {
        await reader.cancel();
        throw new DataError(`the body is longer than the ${maxBytes} bytes expected`);
      }
      onProgress?.({ file, received, total });
    }
    const bytes = new Uint8Array(received);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  } finally {
    clearTimeout(timer);
  }
}

/** The reason that matters: fetch hides it as the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
