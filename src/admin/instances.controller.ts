import { Get, Query } from '@nestjs/common';
import { ClusterService } from '../cluster/cluster.service.js';
import type { Instance } from '../protocol/admin/instance.js';
import { type Page, type PageQuery, pageQuery } from '../protocol/admin/page.js';
import { AdminController } from './admin-controller.js';
import { pageOf } from './page.js';
import { RequiresScope } from './requires-scope.js';

/** The running processes of the cluster. */
@AdminController('v1/instances')
export class InstancesController {
  constructor(private readonly cluster: ClusterService) {}

  @Get()
  @RequiresScope('cluster.read')
  async list(@Query({ schema: pageQuery }) query: PageQuery): Promise<Page<Instance>> {
    return pageOf(await this.cluster.instances(), ({ id }) => id, query);
  }
}
