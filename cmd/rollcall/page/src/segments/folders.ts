import type { Segment } from "../types.ts";

/** A folder of segments, with the folders in it. */
export interface Folder {
  name: string;
  path: string;
  folders: Folder[];
  segments: Segment[];
}

/** Puts segments into their folders; both are in the order of their names. */
export function foldersOf(all: readonly Segment[]): Folder {
  const root: Folder = { name: "", path: "", folders: [], segments: [] };
  for (const s of all) {
    let at = root;
    const parts = s.path.split("/");
    for (const part of parts.slice(0, -1)) {
      let next = at.folders.find((f) => f.name === part);
      if (!next) {
        next = { name: part, path: at.path ? `${at.path}/${part}` : part, folders: [], segments: [] };
        at.folders.push(next);
      }
      at = next;
    }
    at.segments.push(s);
  }
  sort(root);
  return root;
}

function sort(f: Folder): void {
  f.folders.sort((a, b) => a.name.localeCompare(b.name));
  f.segments.sort((a, b) => a.name.localeCompare(b.name));
  f.folders.forEach(sort);
}
