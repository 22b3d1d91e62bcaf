# %% a="\ud83d\ude00" b="\ud800" c="\udc00x" d="\u0000"
x
