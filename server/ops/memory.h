/* How the process takes memory from the system. */
#ifndef MV_OPS_MEMORY_H
#define MV_OPS_MEMORY_H

/* Memory that a thread frees stays with the process: otherwise the writer gives it back and takes it again with every
 * group, which costs system calls and page faults. Before any thread starts. */
void ops_keep_memory(void);

#endif
