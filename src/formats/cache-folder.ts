/** The user's cache folder (Node). */

/** Where `name` is kept: `XDG_CACHE_HOME` or `~/.cache`, `LOCALAPPDATA` or `~/Library/Caches`, then `fovea/<name>`. */
export function cacheFolder(name: string): string {
  const path = process.getBuiltinModule('node:path');
  const home = process.getBuiltinModule('node:os').homedir();
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  let root = path.join(home, '.cache');
  if (process.platform === 'darwin') root = path.join(home, 'Library', 'Caches');
  if (process.platform === 'win32') {
    root = LOCALAPPDATA || path.join(home, 'AppData', 'Local');
  } else if (XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME)) {
    root = XDG_CACHE_HOME;
  }
  return path.join(root, 'fovea', name);
}
