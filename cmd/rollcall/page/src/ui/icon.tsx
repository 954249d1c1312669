// Line icons of 16 units, drawn here so that nothing is fetched. They are decoration:
// what a button does stands in its label.

const paths = {
  plus: "M8 3v10M3 8h10", minus: "M3 8h10", close: "M4 4l8 8M12 4l-8 8", check: "M3 8.5l3.5 3.5L13 5",
  up: "M8 13V3M4 7l4-4 4 4", down: "M8 3v10M4 9l4 4 4-4", chevron: "M4 6l4 4 4-4", right: "M6 4l4 4-4 4", left: "M10 4L6 8l4 4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01", search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14",
  undo: "M3 7h6.5a3.5 3.5 0 0 1 0 7H7M3 7l3.2-3.2M3 7l3.2 3.2", redo: "M13 7H6.5a3.5 3.5 0 0 0 0 7H9M13 7L9.8 3.8M13 7l-3.2 3.2",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4", clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4.5V8l2.5 1.8",
  folder: "M1.8 12.5v-9h4l1.5 2h6.9v7z", file: "M4 1.8h5.5L12.5 5v9.2H4zM9.2 1.8V5.4h3.3", save: "M2.5 2.5h9l2 2v9h-11zM5 2.5v4h5.5v-4M5 13.5V9h6v4.5",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1",
  moon: "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z", auto: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 1.5v13M8 4h3M8 7h5M8 10h5M8 13h3",
  user: "M8 8.2a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.4-3 2.6-4.6 5.5-4.6s5.1 1.6 5.5 4.6", users: "M6 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 6 8zM1 13.5c.3-2.6 2.2-4.2 5-4.2s4.7 1.6 5 4.2M10.8 3a2.5 2.5 0 0 1 0 4.8M12.4 9.8c1.5.6 2.4 1.9 2.6 3.7",
  warn: "M8 2L1.5 13.5h13zM8 6.5v3.4M8 11.7h.01", info: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 7.3v4M8 4.9h.01", text: "M3 4h10M3 8h10M3 12h6",
  bolt: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z", chart: "M2 14h12M4 11V8M8 11V4M12 11V6", table: "M2 3h12v10H2zM2 6.5h12M6.5 3v10", database: "M8 5.5c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2zM3 3.5v9c0 1.1 2 2 5 2s5-.9 5-2v-9M3 8c0 1.1 2 2 5 2s5-.9 5-2",
  group: "M5 2.5H3.5v11H5M11 2.5h1.5v11H11M6 6h4M6 10h4", ungroup: "M5 2.5H3.5v3M3.5 10.5v3H5M11 2.5h1.5v3M12.5 10.5v3H11M6 8h4", not: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.4 3.4l9.2 9.2",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z", download: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11", history: "M2 8a6 6 0 1 1 1.8 4.3M2 8V4.5M2 8l3-1M8 5v3l2 1.5", list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  key: "M9.5 9a3.5 3.5 0 1 0-3-1.7L2 11.8V14h2.2v-1.6h1.6v-1.6h1.4l.9-.9c.4.1.9.1 1.4-.9z", filter: "M2 3.5h12L9.5 9v4.5l-3-1.5V9z", calendar: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3", sequence: "M2 8h3M7 8h3M12 8h2M4 6l2 2-2 2M9 6l2 2-2 2", refresh: "M13.5 8A5.5 5.5 0 1 1 11.8 4M13.5 2v3.2h-3.2",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, class: extra }: { name: IconName; class?: string }) {
  return (
    <svg class={"icon-svg " + (extra ?? "")} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
