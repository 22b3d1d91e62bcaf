// Draws diagrams with draw.io's viewer. `clx.draw` is called from outside, once per picture.
"use strict";

Graph.addFont = Graph.prototype.addExtFont = (name, url) => {
  if (url) clx.webFonts.add(url);
};

// Colours as they were drawn, whatever the reader's screen prefers.
mxUtils.lightDarkColorSupported = false;

const clx = {
  // Addresses of fonts that the diagram wants to load, and does not get.
  webFonts: new Set(),

  // Draws one page and leaves it in the document. `request`: `xml` (an mxGraphModel), `id` (digest of
  // the page in hexadecimal digits), `file`, `page`, `number` and `count` (for placeholders),
  // `variables` (of the file), `border`, `hasMathJax`.
  async draw(request) {
    const picture = document.getElementById("picture");
    picture.replaceChildren();
    clx.webFonts.clear();
    const svg = clx.svgOf(request);
    picture.append(svg);
    const needsMath = request.xml.includes('math="1"') && clx.hasFormula(svg);
    if (needsMath && request.hasMathJax) await clx.typeset(svg);
    await document.fonts.ready;
    const lostImages = await clx.lostImagesOf(svg);
    return {
      svg: mxUtils.getXml(svg),
      width: parseFloat(svg.getAttribute("width")),
      height: parseFloat(svg.getAttribute("height")),
      formula_errors: [...svg.querySelectorAll("[data-mjx-error]")].map((node) => node.dataset.mjxError),
      lacks_math: needsMath && !request.hasMathJax,
      fonts: clx.fontsOf(svg),
      web_fonts: [...clx.webFonts],
      lost_images: lostImages,
    };
  },

  svgOf({ xml, id, file, page, number, count, variables, border }) {
    Math.random = clx.randomOf(id);
    const container = document.createElement("div");
    container.style.cssText = "position: absolute; visibility: hidden; width: 1px; height: 1px; overflow: hidden";
    document.body.append(container);
    const graph = new Graph(container);
    try {
      graph.resetViewOnRootChange = false;
      graph.setEnabled(false);
      graph.globalVars = variables;
      const known = { page, pagenumber: number, pagecount: count, filename: file };
      const variable = graph.getGlobalVariable;
      graph.getGlobalVariable = function (name) {
        return name in known ? known[name] : variable.apply(this, arguments);
      };
      const editor = new Editor(true, null, null, graph);
      editor.setGraphXml(mxUtils.parseXml(xml).documentElement);
      graph.foldingEnabled = false;
      const hasShadow = graph.shadowVisible;
      // The viewer would begin to typeset and not say when it is done.
      graph.mathEnabled = false;
      const background = graph.background === mxConstants.NONE ? null : graph.background;
      const svg = graph.getSvg(background, 1, border, false, null, true);
      if (hasShadow) graph.addSvgShadow(svg);
      return svg;
    } finally {
      graph.destroy();
      container.remove();
    }
  },

  // Ids and hand-drawn lines are random. The same page gives the same picture, and another page other
  // ids, so that pictures can stand in one document. (The generator is mulberry32.)
  randomOf(id) {
    let state = parseInt(id.slice(0, 8), 16);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  },

  hasFormula: (svg) => /\$\$|\\\(|\\\[|`/.test(svg.textContent),

  async typeset(svg) {
    clx.mathJax ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "math/startup.js";
      script.onload = () => MathJax.startup.promise.then(resolve, reject);
      script.onerror = () => reject(new Error("MathJax cannot be loaded"));
      document.head.append(script);
    });
    await clx.mathJax;
    MathJax.typesetClear();
    await MathJax.typesetPromise([svg]);
    const style = document.getElementById("MJX-SVG-styles");
    if (style) svg.querySelector("defs").append(style.cloneNode(true));
  },

  // Waits until all images are shown; returns the addresses of those that cannot be.
  async lostImagesOf(svg) {
    const lost = [];
    const shown = [...svg.querySelectorAll("image, img")].map((image) => {
      const address = image.href?.baseVal ?? image.src;
      return image.decode().catch(() => lost.push(new URL(address, location).href));
    });
    await Promise.all(shown);
    return lost;
  },

  // The first family that each text asks for, with what the browser has for it.
  fontsOf(svg) {
    const fonts = new Map();
    const add = (node) => {
      const { fontFamily, fontWeight, fontStyle } = getComputedStyle(node);
      const family = fontFamily.split(",")[0].trim().replace(/^["']|["']$/g, "");
      const font = { family, weight: Number(fontWeight), is_italic: fontStyle !== "normal" };
      fonts.set(JSON.stringify(font), { ...font, is_missing: clx.isMissing(family) });
    };
    const texts = document.createTreeWalker(svg, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const parent = texts.currentNode.parentElement;
      if (texts.currentNode.data.trim() && !parent.closest("style, switch > a, mjx-container")) add(parent);
    }
    return [...fonts.values()];
  },

  // A missing family is as wide as whatever stands in for it.
  isMissing(family) {
    const context = document.createElement("canvas").getContext("2d");
    const width = (families) => {
      context.font = `40px ${families}`;
      return context.measureText("mmWWiilll@0Qg").width;
    };
    const generic = ["serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"];
    if (generic.includes(family.toLowerCase())) return false;
    return ["serif", "monospace"].every((other) => width(`"${family}", ${other}`) === width(other));
  },
};
