// j2 from 'macros.j2' import header
// %% [markdown] lang="de" tags=["slide"]
// {{ header("Java DE", "Java EN") }}

// %%
int x = 1;
