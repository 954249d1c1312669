// Walks the page with a parent segment that is asked in a warehouse, and fails where it does
// not show the same as of a snapshot, or does not say what cannot be done there:
//
//	node in_place.mjs URL ADDRESS TOKEN CONFIGURATION PICTURES
//
// The server at URL is new and empty, ADDRESS is the databricks:// URI of the warehouse.
// PICTURES and ROLLCALL_CHROMIUM are as story.mjs has them.
import assert from "node:assert/strict";
import { begin } from "./browser.mjs";

const [url, address, token, configuration, pictures] = process.argv.slice(2);
const { page, step, button, dialog, count, nav, connect, upload, lookFrom, build, divide, openMember, exported, end } = await begin(url, pictures);

await step("register a warehouse", async () => {
  await connect("lake", "databricks", async (d) => {
    await d.getByRole("checkbox", { name: /as a URI/ }).check();
    await d.getByRole("textbox", { name: "Address" }).fill(address);
    await d.getByRole("combobox", { name: "Token: how it is given" }).selectOption("value");
    await d.getByRole("textbox", { name: "Token" }).fill(token);
  });
  await button("Test lake").click();
  await page.getByText(/3 tables/).first().waitFor();
});

await step("upload a configuration in place", () => upload(configuration, "in_place", "in place"));

await step("build the rule by hand: one statement of SQL", async () => {
  await nav("Build");
  await count.getByText("23,570").waitFor();
  await lookFrom("1998-07-01");
  await build();
  await page.getByRole("status", { name: "Count" }).getByText("315 of 23,570 customers").or(count.getByText("315")).first().waitFor();
  await button("More").click();
  await page.getByRole("menuitem", { name: "How it is counted…" }).click();
  await dialog(/counted/).getByText(/SELECT/i).first().waitFor();
  await page.keyboard.press("Escape");
});

await step("break it down", divide);

await step("see who they are and why, and that there are no cards in place", async () => {
  await openMember("00048");
  await page.getByText(/cannot be done in place: profile looks up/).waitFor();
  await page.getByText("is in the audience").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

await step("look for values of events: not in place", async () => {
  await page.getByRole("button", { name: /^purchase/ }).click();
  await page.getByRole("button", { name: /^quantity/ }).click();
  await page.getByText(/cannot be done in place: values of a field of events/).waitFor();
});

await step("export it", async () => {
  assert.equal((await exported()).length, 1 + 315);
});

await step("refresh: there is nothing to refresh", async () => {
  await nav("Parent segments");
  await page.getByRole("row", { name: /CDNOW customers/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Refresh/ }).count(), 0);
});

await end();
