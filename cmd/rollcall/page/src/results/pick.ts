// Which members an export takes, as it is chosen, and as the server is asked.

export interface Pick {
  kind: "all" | "top" | "per";
  /** A number, of top also a percentage. */
  many: string;
  /** The attribute of whose values some are taken each. */
  of: string;
  /** The attribute that orders them; "" is the key. */
  by: string;
  /** The least come first, not the greatest. */
  least: boolean;
}

const NUMBER = /^[1-9]\d*$/, PERCENT = /^\d+(\.\d+)?\s*%$/;

/** The members of the request's body, or what is wrong in words. */
export function pickOf(p: Pick): { body: { top?: string; per?: string; order_by?: string }; wrong: string } {
  const many = p.many.replace(/[,\s](?=\d)/g, "").trim();
  const order = p.by ? { order_by: `${p.by} ${p.least ? "asc" : "desc"}` } : {};
  switch (p.kind) {
    case "all": return { body: {}, wrong: "" };
    case "top": {
      const share = PERCENT.test(many) ? Number.parseFloat(many) : NaN;
      const fine = NUMBER.test(many) || (share > 0 && share <= 100);
      return { body: { top: many.replace(/\s/g, ""), ...order }, wrong: fine ? "" : "How many: a number from 1 on, or a percentage as 10%." };
    }
    case "per":
      return { body: { per: `${p.of}=${many}`, ...order }, wrong: !p.of ? "Choose the attribute of whose values some are taken." : NUMBER.test(many) ? "" : "How many: a number from 1 on." };
  }
}
