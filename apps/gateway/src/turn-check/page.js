import { fetchIceServers, parseIceServers } from "./ice-servers.js";
import { checkRelay } from "./relay-check.js";

const form = element("form", HTMLFormElement);
const start = element("start", HTMLButtonElement);
const state = element("state", HTMLElement);
const results = element("results", HTMLTableElement);
const rows = element("rows", HTMLTableSectionElement);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void check();
});

async function check() {
  start.disabled = true;
  results.hidden = true;
  rows.replaceChildren();
  try {
    state.textContent = "getting a credential …";
    const servers = await iceServers();
    if (servers.length === 0)
      throw new Error("the gateway knows no relay: TURN_URIS is empty, and no turn-agent reports one");
    results.hidden = false;
    let failed = 0;
    for (const server of servers) {
      const uri = String(server.urls);
      state.textContent = `checking ${uri} …`;
      const result = await checkRelay(server);
      if (result.problem !== undefined) failed += 1;
      addRow([uri, ms(result.connectMs), ms(result.roundTripMs), result.problem ?? "ok"]);
    }
    state.textContent =
      failed === 0 ? "relaying works from here" : `${failed} of ${servers.length} do not relay from here`;
  } catch (error) {
    state.textContent = error instanceof Error ? error.message : String(error);
  } finally {
    start.disabled = false;
  }
}

/** @returns {Promise<RTCIceServer[]>} */
async function iceServers() {
  const text = element("servers", HTMLTextAreaElement).value.trim();
  if (text !== "") return parseIceServers(text);
  const [app, room, token] = ["app", "room", "token"].map((id) => element(id, HTMLInputElement).value.trim());
  return fetchIceServers({ app: app ?? "", room: room ?? "", token: token ?? "" });
}

/** @param {string[]} cells */
function addRow(cells) {
  const row = rows.insertRow();
  for (const text of cells) row.insertCell().textContent = text;
}

/** @param {number | undefined} value */
function ms(value) {
  return value === undefined ? "–" : `${value.toFixed(0)} ms`;
}

/**
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 * @returns {Type}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
