// j2 macro header(de, en)
// # {{ de }}

// %% [markdown] lang="en" tags=["slide"]
// # {{ en }}
// j2 endmacro
// %% [markdown] lang="de" tags=["slide"]
{{ header("TS DE", "TS EN") }}

// %% tags=["start"]
const x = 0;

// %% tags=["alt"]
const x = 1;

// %% lang="de"
const wort = "eins";

// %% lang="en"
const word = "one";
