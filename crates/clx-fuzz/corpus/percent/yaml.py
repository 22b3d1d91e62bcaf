# ---
# a: &x [1, *x]
# <<: *x
# b: !!binary "abc"
# jupyter: {nbformat: 4}
# ---
# %%
