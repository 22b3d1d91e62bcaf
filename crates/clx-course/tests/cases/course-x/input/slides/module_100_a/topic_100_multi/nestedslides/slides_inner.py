# j2 macro header(de, en)
%% [markdown] lang="de" tags=["slide"]
# # {{ de }}

# %% [markdown] lang="en" tags=["slide"]
# # {{ en }}
# j2 endmacro
# {{ header("Inneres","Inner") }}

# %%
7
