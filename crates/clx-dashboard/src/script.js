// Takes what changed from the page as it is now, whenever the server tells that something did. Reloading
// does the same. Part of clx.
(() => {
  "use strict";
  const seen = document.body.dataset.version;
  const health = document.getElementById("health");
  // A page of the past changes no more, and one that failed has nothing to change.
  if (seen === undefined || health === null) return;

  // Time between two pages that are taken, in milliseconds.
  const PACE = 500;
  let last = seen;
  let wanted = false;
  let busy = false;

  // Says in the line on health what keeps this page from being told.
  function complain(text) {
    const line = document.createElement("span");
    line.className = "bad";
    line.textContent = "■ " + text;
    if (health.textContent.trim() !== line.textContent) health.replaceChildren(line);
  }

  // What has the focus, in words that find it again in a new page.
  function focused(fragment) {
    const element = document.activeElement;
    if (element === null || !fragment.contains(element)) return null;
    const key = (one) => [one.tagName, one.id, one.getAttribute("href"), one.closest("form")?.action, one.textContent.length < 80 ? one.textContent : ""].join("|");
    const wantedKey = key(element);
    return () => {
      const again = Array.from(fragment.querySelectorAll("a, button, summary, [tabindex]")).find((one) => key(one) === wantedKey);
      if (again !== undefined) return again.focus({ preventScroll: true });
      // It is gone; the reader stays in the same part of the page.
      fragment.tabIndex = -1;
      fragment.focus({ preventScroll: true });
    };
  }

  // Puts new content into a part of the page, and keeps focus, open details and places in tables.
  function replace(fragment, fresh) {
    const open = new Set(Array.from(fragment.querySelectorAll("details[open]"), (one) => one.id));
    fresh.querySelectorAll("details").forEach((one) => { one.open = one.open || open.has(one.id); });
    fragment.hidden = fresh.hidden;
    if (fragment.isEqualNode(fresh)) return;
    const places = Array.from(fragment.querySelectorAll(".scroll"), (one) => one.scrollLeft);
    const focus = focused(fragment);
    fragment.replaceChildren(...fresh.childNodes);
    fragment.querySelectorAll(".scroll").forEach((one, n) => { one.scrollLeft = places[n] ?? 0; });
    focus?.();
  }

  async function refresh() {
    if (busy || document.hidden) return;
    busy = true;
    while (wanted && !document.hidden) {
      wanted = false;
      const pause = new Promise((resolve) => setTimeout(resolve, PACE));
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (answer.ok) {
          for (const fragment of document.querySelectorAll("[data-live]")) {
            const fresh = page.getElementById(fragment.id);
            if (fresh !== null) replace(fragment, fresh);
          }
          last = page.body.dataset.version;
        } else {
          complain(page.querySelector("main .big")?.textContent.trim() ?? "this page cannot be made any more");
        }
      } catch {
        // The stream of events tells when the server is there again.
      }
      await pause;
    }
    busy = false;
  }

  function take(event) {
    if (event.lastEventId === last) return;
    wanted = true;
    refresh();
  }

  let source = null;

  // Only a page that is seen listens: browsers open a handful of connections to a server, over all tabs.
  // The server begins a stream with what is so now, so a page that comes back misses nothing.
  function listen() {
    if (document.hidden || source !== null) return;
    source = new EventSource("/events");
    for (const name of ["status", "jobs", "builds"]) source.addEventListener(name, take);
    source.addEventListener("error", () => complain("Not connected: clx serve has ended or cannot be reached; this page may be old."));
    source.addEventListener("open", () => {
      // Whatever was said meanwhile about the connection is no longer so.
      if (health.querySelector("span[aria-hidden]") === null) { wanted = true; refresh(); }
    });
  }

  function hush() {
    source?.close();
    source = null;
  }

  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  listen();
})();
