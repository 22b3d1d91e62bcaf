// j2 macro header(de, en)
// # {{ de }}

// %% [markdown] lang="en" tags=["slide"]
// # {{ en }}
// j2 endmacro
// %% [markdown] lang="de" tags=["slide"]
{{ header("C# Einführung", "C# Intro") }}

// %% tags=["keep"]
var x = 1;

// %%
#!time
var y = x + 1;

// %% [markdown] tags=["notes"]
// Speak slowly.
