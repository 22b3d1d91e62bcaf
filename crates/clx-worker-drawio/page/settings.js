// What draw.io's viewer reads before it starts. It would load parts of itself from a public site.
"use strict";

Object.assign(window, {
  mxLoadResources: false,
  mxForceIncludes: false,
  mxLoadStylesheets: false,
  onDrawioViewerLoad() {},
  STENCIL_PATH: "stencils",
  SHAPES_PATH: "shapes",
  STYLE_PATH: "styles",
  GRAPH_IMAGE_PATH: "img",
  PROXY_URL: "proxy",
  DRAWIO_BASE_URL: location.origin,
  DRAW_MATH_URL: "math",
  // Loaded by the first diagram with formulas. That it is there keeps the viewer from loading it.
  MathJax: {
    options: { skipHtmlTags: { "[+]": ["text"] }, ignoreHtmlClass: "geDisableMathJax", enableMenu: false },
    loader: { load: ["output/svg", "input/tex", "input/asciimath", "ui/safe"] },
    svg: { fontCache: "none" },
    startup: { typeset: false },
  },
});
