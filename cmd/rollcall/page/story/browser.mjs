// What the stories share: a browser whose complaints are faults, steps that say where they
// failed, pictures, and the page's parts by the names that people know them by.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** The rule of the stories. */
export const rule = "loyalty_tier = 'Gold' and purchase in last 30 days";

/** Starts the browser ROLLCALL_CHROMIUM, in which URL is opened; screenshots go to the folder
    pictures. `end` closes it, fails where it complained, and says what was done. */
export async function begin(url, pictures) {
  const browser = await chromium.launch({ executablePath: process.env.ROLLCALL_CHROMIUM, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, acceptDownloads: true, reducedMotion: "reduce" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();

  // Whatever the browser complains about is a fault: scripts that fail, styles that the
  // content policy refuses.
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const expected = message.text().includes("Failed to load resource"); // of answers that are errors
    if (["error", "warning"].includes(message.type()) && !expected) complaints.push(message.text());
  });

  let steps = 0;
  let shots = 0;
  async function step(what, f) {
    steps++;
    try {
      await f();
    } catch (error) {
      await page.screenshot({ path: join(pictures, "failed.png") });
      console.error(`${what}:`, error, await page.locator("body").ariaSnapshot(), complaints);
      process.exit(1);
    }
  }
  /** Dismisses what the page tells in passing; what tells it is out of reach under a dialog. */
  async function calm() {
    const toasts = page.locator(".toast").getByRole("button", { name: "Dismiss" });
    while ((await page.locator("dialog").count()) === 0 && (await toasts.count()) > 0) await toasts.first().click();
  }
  async function shot(name) {
    shots++;
    await page.evaluate(() => document.activeElement?.blur());
    await page.waitForFunction(() => !document.querySelector(".busy, .spin")); // no picture of an answer that is on its way out
    await calm();
    await page.screenshot({ path: join(pictures, name + ".png"), animations: "disabled" });
  }
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const dialog = (name) => page.getByRole("dialog", { name });
  const count = page.getByTestId("count");
  const text = page.getByRole("textbox", { name: "Rule as text" });
  const condition = (number) => page.getByRole("group", { name: "Rule" }).getByRole("listitem").nth(number - 1);
  async function nav(name) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
  }
  async function write(content) {
    await text.click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(content);
  }
  async function add(name) {
    await page.getByRole("combobox", { name: "Add condition" }).fill(name);
    await page.getByRole("option", { name }).first().click();
  }

  /** Registers a connection of a kind, whose form is filled in by a function. */
  async function connect(name, kind, fill) {
    await nav("Connections");
    await button("Add connection").click();
    const d = dialog("Add connection");
    await d.getByRole("textbox", { name: "Name" }).fill(name);
    await d.getByRole("combobox", { name: "Kind" }).selectOption(kind);
    await fill(d);
    await button("Save", d).click();
    await page.getByRole("row", { name: new RegExp(name) }).waitFor();
  }
  /** Uploads a configuration for the only connection, in a mode, and waits for a state. */
  async function upload(configuration, mode, state) {
    await nav("Parent segments");
    await button("Upload configuration").click();
    const d = dialog("Upload configuration");
    await d.getByLabel("Configuration file").setInputFiles(configuration);
    await d.getByRole("combobox", { name: "Mode" }).selectOption(mode);
    await button("Upload", d).click();
    await page.getByRole("row", { name: /CDNOW customers/ }).getByText(state, { exact: true }).first().waitFor();
  }
  /** Looks from a day. */
  async function lookFrom(day) {
    await button(/^as of/).click();
    await page.getByRole("textbox", { name: "As of" }).fill(day);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
  }
  /** Adds, by hand, the conditions of Gold customers who purchased in the last 30 days. */
  async function build(shown = async () => {}) {
    await add("loyalty_tier");
    await condition(1).getByRole("combobox", { name: "Operator" }).selectOption({ label: "is" });
    await condition(1).getByRole("combobox", { name: "Value" }).fill("Gold");
    await page.keyboard.press("Enter");
    await shown();
    await add("purchase");
    await condition(2).getByRole("combobox", { name: "Window", exact: true }).selectOption({ label: "in the last" });
    await condition(2).getByRole("textbox", { name: "Window length" }).fill("30");
    await count.getByText("315", { exact: true }).waitFor();
    assert.equal((await text.innerText()).trim(), rule);
  }
  /** Divides the audience by cohort, and waits for a line of the answer. */
  async function divide() {
    await page.getByRole("tab", { name: "Breakdown" }).click();
    const row = page.getByRole("row", { name: /1997-01/ });
    if (!(await row.isVisible())) {
      await page.getByRole("combobox", { name: "By" }).fill("cohort");
      await page.getByRole("option", { name: "cohort" }).click();
    }
    await row.getByText("123").waitFor();
  }
  /** Shows the members, and opens one. */
  async function openMember(key) {
    await page.getByRole("tab", { name: "Members" }).click();
    await page.getByRole("button", { name: key }).click();
  }
  /** Exports as CSV, after the dialog was filled in, and returns the lines of the file. */
  async function exported(fill = async () => {}) {
    await calm();
    await button("Export").click();
    const d = dialog("Export audience");
    await d.getByRole("combobox", { name: "Format" }).selectOption("csv");
    await fill(d);
    await button("Start export", d).click();
    const link = d.getByRole("link", { name: "Download" });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
    await page.keyboard.press("Escape");
    return lines;
  }
  async function end() {
    await browser.close();
    assert.deepEqual(complaints, []);
    console.log(`${steps} steps of the story, ${shots} pictures`);
  }

  await page.goto(url);
  return { page, step, shot, button, dialog, count, text, condition, nav, write, add, connect, upload, lookFrom, build, divide, openMember, exported, end };
}
