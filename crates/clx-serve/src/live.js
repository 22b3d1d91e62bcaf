// Takes what the server announces: shows the page anew when something on it changed, and problems until
// they are mended. Part of clx.
(() => {
  "use strict";
  const own = decodeURIComponent(location.pathname);
  const scrollKey = "clx-scroll:" + own;
  let seen = document.currentScript.dataset.version;
  let source = null;

  // Where the reader was before the page was loaded again.
  const scroll = sessionStorage.getItem(scrollKey);
  if (scroll !== null) {
    sessionStorage.removeItem(scrollKey);
    const [x, y] = scroll.split(",").map(Number);
    addEventListener("load", () => scrollTo(x, y), { once: true });
    scrollTo(x, y);
  }

  function pathOf(address) {
    try {
      const url = new URL(address, location.href);
      return url.origin === location.origin ? decodeURIComponent(url.pathname) : null;
    } catch {
      return null;
    }
  }

  // The page, what it shows, and for a list of a directory everything below it.
  function concerns(paths) {
    if (paths === null) return true;
    const loaded = performance.getEntriesByType("resource").map((entry) => pathOf(entry.name));
    const images = Array.from(document.images, (image) => pathOf(image.currentSrc || image.src));
    const shown = new Set([own, ...loaded, ...images]);
    return paths.some((path) => shown.has(path) || (own.endsWith("/") && path.startsWith(own)));
  }

  function reload() {
    sessionStorage.setItem(scrollKey, scrollX + "," + scrollY);
    location.reload();
  }

  function hasScripts(page) {
    return Array.from(page.scripts).some((script) => !script.dataset.version);
  }

  // Puts the new page in the place of the old one, which is much faster than to load it and does not
  // flicker. A page with scripts of its own has to be loaded.
  async function refresh(paths) {
    if (hasScripts(document)) return reload();
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || hasScripts(page)) return reload();
    for (const image of page.images) {
      const path = pathOf(image.getAttribute("src"));
      // Under its old address the browser would take what it has.
      if (path !== null && (paths === null || paths.includes(path))) {
        image.src = image.getAttribute("src").split("?")[0] + "?" + encodeURIComponent(seen);
      }
    }
    document.head.replaceWith(document.adoptNode(page.head));
    document.body.replaceWith(document.adoptNode(page.body));
  }

  // One after the other; what comes meanwhile is taken together.
  let waiting = [];
  let isRefreshing = false;
  async function changed(paths) {
    waiting = paths === null || waiting === null ? null : waiting.concat(paths);
    if (isRefreshing) return;
    isRefreshing = true;
    while (waiting === null || waiting.length > 0) {
      const now = waiting;
      waiting = [];
      await refresh(now).catch(reload);
    }
    isRefreshing = false;
  }

  function connect() {
    if (source !== null) return;
    source = new EventSource("/_clx/events?seen=" + encodeURIComponent(seen));
    source.addEventListener("reload", (event) => {
      seen = event.lastEventId;
      const paths = JSON.parse(event.data);
      if (concerns(paths)) changed(paths);
    });
    source.addEventListener("problems", (event) => show(JSON.parse(event.data)));
  }

  // A browser opens only a few connections to a host: pages out of sight do without, and are told what
  // they missed when they come back.
  function disconnect() {
    if (source !== null) source.close();
    source = null;
  }

  const style = `
    :host { all: initial }
    details { position: fixed; z-index: 2147483647; right: 0.8rem; bottom: 0.8rem; box-sizing: border-box;
      max-width: min(44rem, calc(100vw - 1.6rem)); max-height: 60vh; overflow: auto; border-radius: 0.5rem;
      border: 1px solid #b3261e; background: #fff; color: #1c1b1f; box-shadow: 0 2px 12px #0004;
      font: 0.875rem/1.45 system-ui, sans-serif; color-scheme: light dark }
    summary { cursor: pointer; padding: 0.45rem 0.8rem; color: #b3261e; font-weight: 600 }
    ol { margin: 0; padding: 0 0.8rem 0.6rem; list-style: none }
    li { padding: 0.45rem 0; border-top: 1px solid #8883 }
    .place { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
    pre { margin: 0.3rem 0 0; overflow-x: auto; font: 0.8125rem/1.4 ui-monospace, monospace; opacity: 0.85 }
    .hint { margin-top: 0.3rem; opacity: 0.85 }
    @media (prefers-color-scheme: dark) {
      details { background: #211f26; color: #e6e1e5; border-color: #f2b8b5 }
      summary { color: #f2b8b5 } }
    @media print { details { display: none } }`;
  let host = null;

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function item(problem) {
    const entry = element("li", "", "");
    if (problem.place) entry.append(element("div", "place", problem.place));
    entry.append(element("div", "", `${problem.severity}[${problem.code}]: ${problem.message}`));
    if (problem.details) entry.append(element("pre", "", problem.details));
    if (problem.hint) entry.append(element("div", "hint", "Hint: " + problem.hint));
    return entry;
  }

  function show(problems) {
    if (host !== null) host.remove();
    host = null;
    if (problems.length === 0) return;
    host = element("clx-problems", "", "");
    const details = element("details", "", "");
    details.open = true;
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    details.append(element("summary", "", count + " in the last build"));
    const list = element("ol", "", "");
    list.append(...problems.map(item));
    details.append(list);
    const root = host.attachShadow({ mode: "open" });
    root.append(element("style", "", style), details);
    document.documentElement.append(host);
  }

  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "hidden" ? disconnect() : connect());
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  if (document.visibilityState !== "hidden") connect();
})();
