/** A web server for the files of one folder, with or without the headers that isolate a page. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
};

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface Server {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** The paths asked for so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Whether to send the headers that isolate a page. */
  readonly isolated: boolean;
  /** The end of a path that is not found, whether the file is there or not. */
  readonly without?: string;
}

/** Serves what is in `root` on a free port of this machine. */
export async function serveFolder(
  root: string,
  { isolated, without }: ServeOptions,
): Promise<Server> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    // The address of a URL never climbs above its root.
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname);
    try {
      if (without && pathname.endsWith(without)) throw new Error('not found');
      const body = await readFile(join(root, normalize(decodeURIComponent(pathname))));
      response.writeHead(200, {
        'Content-Type': contentTypes[extname(pathname)] ?? 'application/octet-stream',
        'Cache-Control': 'no-store',
        ...(isolated ? isolation : {}),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
