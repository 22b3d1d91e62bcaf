// %% tags=["keep"]
#include <iostream>

// %% tags=["keep"]
std::cout << "sum " << 45 << std::endl;
