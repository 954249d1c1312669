import type { ComponentChildren } from "preact";

export interface Column<T> {
  head: string;
  cell: (row: T, index: number) => ComponentChildren;
  number?: boolean;
}

/** A table with a caption for screen readers; wide ones scroll within themselves. */
export function Table<T>({ caption, columns, rows, keyOf, empty }: {
  caption: string; columns: Column<T>[]; rows: T[]; keyOf: (row: T, index: number) => string | number; empty?: ComponentChildren;
}) {
  if (rows.length === 0 && empty) return <div class="empty">{empty}</div>;
  return (
    <div class="table-wrap" role="region" aria-label={caption} tabIndex={0}>
      <table class="table">
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>{columns.map((c) => <th key={c.head} scope="col" class={c.number ? "num" : undefined}>{c.head}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={keyOf(row, i)}>{columns.map((c) => <td key={c.head} class={c.number ? "num" : undefined}>{c.cell(row, i)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
