// j2 macro header(de, en)
// # {{ de }}

// %% [markdown] lang="en" tags=["slide"]
// # {{ en }}
// j2 endmacro
// %% [markdown] lang="de" tags=["slide"]
{{ header("Cpp DE", "Cpp EN") }}

// %% [markdown]
// Hello

// %% tags=["keep"]
#include <string>

// %%
int x{1};

// %% [markdown] lang="de" tags=["answer"]
// Größe eins.

// %% [markdown] lang="en" tags=["answer"]
// Size one.
