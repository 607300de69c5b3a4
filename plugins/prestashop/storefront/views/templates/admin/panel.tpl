{foreach from=$supportbridge_panels item=panel}
{if $supportbridge_wide}<div class="col-lg-12 col">{/if}
<section class="{if $supportbridge_cards}card{else}panel{/if} supportbridge-panel" lang="{$panel.language|escape:'html':'UTF-8'}" dir="{$panel.direction|escape:'html':'UTF-8'}" aria-label="{$panel.heading|escape:'html':'UTF-8'}">
  {if $supportbridge_cards}
    <div class="card-header"><h3 class="card-header-title">{$panel.heading|escape:'html':'UTF-8'} (<a href="{$supportbridge_status|escape:'html':'UTF-8'}">{$panel.status|escape:'html':'UTF-8'}</a>)</h3></div>
  {else}
    <div class="panel-heading">{$panel.heading|escape:'html':'UTF-8'} (<a href="{$supportbridge_status|escape:'html':'UTF-8'}">{$panel.status|escape:'html':'UTF-8'}</a>)</div>
  {/if}
  <div class="{if $supportbridge_cards}card-body{else}panel-body{/if}">
    {foreach from=$panel.notices item=notice}
      <div class="alert alert-warning">{$notice|escape:'html':'UTF-8'}</div>
    {/foreach}
    {if $panel.facts}
      <table class="table table-sm">
        {foreach from=$panel.facts item=fact}
          <tr><th scope="row"{if $panel.direction == 'rtl' && !$supportbridge_cards} class="text-right"{/if}>{$fact.label|escape:'html':'UTF-8'}</th><td data-supportbridge="{$fact.name|escape:'html':'UTF-8'}"><bdi lang="{$fact.language|escape:'html':'UTF-8'}">{$fact.text|escape:'html':'UTF-8'}</bdi></td></tr>
        {/foreach}
      </table>
    {/if}
    {foreach from=$panel.lists item=list}
      <p><strong>{$list.label|escape:'html':'UTF-8'}: <span data-supportbridge="{$list.name|escape:'html':'UTF-8'}">{$list.count|escape:'html':'UTF-8'}</span></strong></p>
      {if $list.lines}
        <ul>
          {foreach from=$list.lines item=line}
            <li>{$line.text|escape:'html':'UTF-8'}{if $line.subject}: <bdi>{$line.subject|escape:'html':'UTF-8'}</bdi>{/if}{if $line.facts} <small>({$line.facts|escape:'html':'UTF-8'})</small>{/if}</li>
          {/foreach}
        </ul>
      {/if}
    {/foreach}
    {if $panel.note}
      <p class="text-muted"><small>{$panel.note|escape:'html':'UTF-8'}</small></p>
    {/if}
  </div>
</section>
{if $supportbridge_wide}</div>{/if}
{/foreach}
