void good_kernels(){} void functions(){}
