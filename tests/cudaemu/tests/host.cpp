void host_mistakes(){} void good_kernels(){} void functions(){}
